/** Making elements. Text goes in as text nodes only: nothing said in a talk can become markup. */

/**
 * @param {string} tag
 * @param {Object} [attributes] `on…` functions become listeners, `testid` becomes data-testid, null and false are left out
 * @param {...(Node|string|null)} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) give(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function give(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "testid") element.dataset.testid = value;
  else if (name === "value") element.value = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** A button that never submits; `label` is read out where the button shows only a picture. */
export function button(attributes, ...children) {
  return el("button", { type: "button", ...attributes }, ...children);
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  add: "M12 5v14M5 12h14",
  send: "M4 11.500 20 4l-4.500 16-4-6.500zM11.500 13.500 20 4",
  photo: "M4 6.500h16v12H4zM4 16l5-5 4 4 2.500-2.500L20 16M15.500 9.500h.01",
  file: "M7 3.500h7l4 4v13H7zM14 3.500v4h4M10 12.500h5M10 16h5",
  voice: "M12 4a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 12 4zM6.500 11.500a5.500 5.500 0 0 0 11 0M12 17v3.500",
  smile: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM9 10h.01M15 10h.01M8.500 13.500a4 4 0 0 0 7 0",
  place: "M12 21s6.500-6 6.500-11a6.500 6.500 0 1 0-13 0c0 5 6.500 11 6.500 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  close: "M6 6l12 12M18 6 6 18",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  menu: "M4 7h16M4 12h16M4 17h16",
  reply: "M9 7 4 12l5 5M4 12h9a6 6 0 0 1 6 6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  undo: "M6 7h12M9.500 7V5h5v2M7.500 7l1 13h7l1-13",
  search: "M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.500 15.500 20 20",
  left: "M14.500 6l-6 6 6 6",
  right: "M9.500 6l6 6-6 6",
  down: "M6 9.500l6 6 6-6",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4.500l3 2",
  again: "M19 12a7 7 0 1 1-2-5M17 3v4h-4",
  block: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM6.500 6.500l11 11",
  school: "M12 4 3 9l9 5 9-5zM6.500 11.500V17c3 2.500 8 2.500 11 0v-5.500",
  person: "M12 4.500a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.500 20c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500",
  report: "M5 5h14v10h-7l-4 4v-4H5zM8.500 8.500h7M8.500 11.500h4.500",
};

/** A drawn sign, hidden from screen readers: the button that holds it carries the words. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** The bot's own round picture. */
export function botFace() {
  return el("span", { class: "face bot-face", "aria-hidden": "true" }, icon("report"));
}

/** The first letter of a name, past Thai titles and leading vowels, in a circle. */
export function face(name) {
  const bare = (name ?? "").replace(/^(นางสาว|นาง|นาย|ว่าที่ร้อยตรี|ดร\.)\s*/u, "");
  const letter = bare.match(/[ก-ฮA-Za-z]/u)?.[0] ?? "?";
  return el("span", { class: "face", "aria-hidden": "true" }, letter);
}
