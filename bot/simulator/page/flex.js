/**
 * Draws Flex Messages: bubble and carousel, box, text with spans, button, image, icon, separator, filler, spacer.
 *
 * Made of elements and text nodes only. What this file does not know is shown in red with its type, so that nobody
 * ships a card that was never seen. Sizes follow LINE's reference of Flex Messages; text grows with the page's big type
 * because every font size is a multiple of --t.
 */

import { perform } from "./actions.js";
import { el } from "./dom.js";
import { rail } from "./rail.js";
import { isSafeLink, link } from "./text.js";

const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const FONT = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const IMAGE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
const PLACES = { "flex-start": "flex-start", "flex-end": "flex-end", start: "flex-start", end: "flex-end", center: "center", top: "flex-start", bottom: "flex-end", "space-between": "space-between", "space-around": "space-around", "space-evenly": "space-evenly" };
const BUBBLES = new Set(["nano", "micro", "deca", "hecto", "kilo", "mega", "giga"]);

const COMPONENTS = { box, text, button, image, icon, separator, filler, spacer };

/** Returns the element of a Flex Message's `contents`; `phone` performs its actions. */
export function drawFlex(contents, phone) {
  if (contents?.type === "bubble") return bubble(contents, phone);
  if (contents?.type === "carousel") return carousel(contents, phone);
  return unknown(contents);
}

function carousel(contents, phone) {
  const bubbles = contents.contents ?? [];
  return rail({ class: "carousel", testid: "flex-carousel", label: `การ์ด ${bubbles.length} ใบ เลื่อนดูได้` }, bubbles.map((one) => drawFlex(one, phone)));
}

function bubble(contents, phone) {
  const size = contents.size ?? "mega";
  if (!BUBBLES.has(size)) return unknown({ type: `bubble ขนาด ${size}` });
  const drawn = el("div", { class: `flex-bubble ${size}`, testid: "flex-bubble", dir: contents.direction === "rtl" ? "rtl" : null });
  for (const block of ["header", "hero", "body", "footer"]) {
    if (contents[block]) drawn.append(drawBlock(block, contents, phone));
  }
  return act(drawn, contents.action, phone);
}

function drawBlock(name, contents, phone) {
  const drawn = draw(contents[name], phone, "vertical");
  drawn.classList.add(name);
  const style = contents.styles?.[name] ?? {};
  if (style.backgroundColor && !contents[name].backgroundColor) paint(drawn, "background-color", style.backgroundColor);
  if (style.separator) {
    drawn.classList.add("lined");
    paint(drawn, "border-top-color", style.separatorColor);
  }
  return drawn;
}

function draw(component, phone, layout) {
  const known = Object.hasOwn(COMPONENTS, component?.type) ? COMPONENTS[component.type] : unknown;
  const drawn = known(component, phone, layout);
  drawn.classList.add("flex-part");
  place(drawn, component ?? {}, layout);
  return drawn;
}

/** Where a component stands in its parent: its share, its margin, its offset. */
function place(drawn, component, layout) {
  const share = component.flex ?? defaultShare(component.type, layout);
  if (Number.isInteger(share) && share >= 0) drawn.style.flex = share === 0 ? "0 0 auto" : `${share} ${layout === "vertical" ? "0 auto" : "1 0"}`;
  const before = layout === "vertical" ? "margin-top" : "margin-inline-start";
  measure(drawn, before, component.margin, SPACE);
  if (component.position === "absolute") drawn.classList.add("absolute");
  for (const side of ["Top", "Bottom", "Start", "End"]) {
    measure(drawn, `inset-${side === "Top" || side === "Bottom" ? "block" : "inline"}-${side === "Top" || side === "Start" ? "start" : "end"}`, component[`offset${side}`], SPACE);
  }
}

function defaultShare(type, layout) {
  if (type === "filler") return 1;
  if (type === "separator" || type === "icon" || type === "spacer") return 0;
  return layout === "vertical" ? 0 : 1;
}

function box(component, phone) {
  const layout = component.layout ?? "vertical";
  const drawn = el("div", { class: `flex-box ${["horizontal", "baseline"].includes(layout) ? layout : "vertical"}` });
  drawn.append(...spaced(component, layout).map((child) => draw(child, phone, layout)));
  surround(drawn, component);
  if (PLACES[component.justifyContent]) drawn.style.justifyContent = PLACES[component.justifyContent];
  if (PLACES[component.alignItems]) drawn.style.alignItems = PLACES[component.alignItems];
  return act(drawn, component.action, phone);
}

/** The children; each but the first has the box's spacing as its margin where it names none itself. */
function spaced(component) {
  return (component.contents ?? []).map((child, index) => (index && component.spacing && child.margin === undefined ? { ...child, margin: component.spacing } : child));
}

/** Padding, size, colours and border of a box. */
function surround(drawn, component) {
  const sides = { All: "padding", Top: "padding-block-start", Bottom: "padding-block-end", Start: "padding-inline-start", End: "padding-inline-end" };
  for (const [side, property] of Object.entries(sides)) measure(drawn, property, component[`padding${side}`], SPACE);
  for (const property of ["width", "maxWidth"]) measure(drawn, property === "width" ? "width" : "max-width", component[property], {});
  // A fixed height is a least height here: cut-off words help nobody, and the type may be big.
  measure(drawn, "min-height", component.height, {});
  measure(drawn, "max-height", component.maxHeight, {});
  measure(drawn, "border-radius", component.cornerRadius, SPACE);
  paint(drawn, "background-color", component.backgroundColor);
  gradient(drawn, component.background);
  if (component.borderWidth || component.borderColor) {
    drawn.style.borderStyle = "solid";
    measure(drawn, "border-width", component.borderWidth ?? "normal", BORDER);
    paint(drawn, "border-color", component.borderColor ?? "#000000");
  }
}

function gradient(drawn, background) {
  if (background?.type !== "linearGradient") return;
  const { angle, startColor, centerColor, centerPosition, endColor } = background;
  const middle = centerColor ? `${centerColor} ${centerPosition ?? "50%"}, ` : "";
  drawn.style.backgroundImage = `linear-gradient(${angle}, ${startColor}, ${middle}${endColor})`;
}

function text(component, phone) {
  const drawn = el("p", { class: `flex-text${component.wrap ? " wrap" : ""}` });
  write(drawn, component);
  if (component.contents) drawn.append(...component.contents.map(span));
  else drawn.append(component.text ?? "");
  if (component.wrap && component.maxLines > 0) {
    drawn.classList.add("clamped");
    drawn.style.setProperty("--lines", component.maxLines);
  }
  if (["start", "center", "end"].includes(component.align)) drawn.style.textAlign = component.align;
  if (component.gravity && PLACES[component.gravity]) drawn.style.alignSelf = PLACES[component.gravity];
  const extra = pixels(component.lineSpacing, {});
  if (extra?.endsWith("px")) drawn.style.setProperty("--line-space", extra);
  return act(drawn, component.action, phone);
}

function span(component) {
  if (component.type !== "span") return unknown(component);
  const drawn = el("span", {}, component.text ?? "");
  write(drawn, component);
  return drawn;
}

/** Font of a text or span. */
function write(drawn, component) {
  const size = Object.hasOwn(FONT, component.size) ? FONT[component.size] : Number.parseFloat(pixels(component.size, {}));
  if (size) drawn.style.setProperty("--s", size);
  if (component.weight === "bold") drawn.classList.add("bold");
  if (component.style === "italic") drawn.classList.add("italic");
  if (component.decoration === "underline" || component.decoration === "line-through") drawn.style.textDecoration = component.decoration;
  paint(drawn, "color", component.color);
}

function button(component, phone) {
  const style = ["primary", "secondary", "link"].includes(component.style) ? component.style : "link";
  const attributes = { class: `flex-button ${style} ${component.height === "sm" ? "low" : ""}`, testid: "flex-button" };
  const label = el("span", {}, component.action?.label ?? "");
  const address = component.action?.uri;
  const drawn = address && isSafeLink(address) ? link(address, attributes, label) : pressable(attributes, label, component.action, phone);
  paint(drawn, style === "link" ? "color" : "background-color", component.color);
  if (component.gravity && PLACES[component.gravity]) drawn.style.alignSelf = PLACES[component.gravity];
  return drawn;
}

function pressable(attributes, label, action, phone) {
  return el("button", { type: "button", ...attributes, onclick: (event) => press(event, action, phone) }, label);
}

/** Makes a box, text, image or whole bubble tappable. */
function act(drawn, action, phone) {
  if (!action) return drawn;
  drawn.classList.add("tappable");
  drawn.dataset.testid = "flex-tap";
  drawn.tabIndex = 0;
  drawn.setAttribute("role", action.type === "uri" ? "link" : "button");
  drawn.addEventListener("click", (event) => press(event, action, phone));
  drawn.addEventListener("keydown", (event) => {
    if (event.target === drawn && (event.key === "Enter" || event.key === " ")) press(event, action, phone);
  });
  return drawn;
}

function press(event, action, phone) {
  event.preventDefault();
  event.stopPropagation(); // a button inside a tappable box is pressed alone
  perform(action, phone);
}

function image(component, phone, layout) {
  const drawn = picture(component, "flex-image");
  const width = component.size === "full" ? "100%" : pixels(component.size ?? "md", IMAGE);
  if (width) drawn.style[layout === "vertical" ? "width" : "maxWidth"] = width;
  drawn.style.alignSelf = PLACES[layout === "vertical" ? component.align : component.gravity] ?? "center";
  const ratio = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/u.exec(component.aspectRatio ?? "1:1");
  if (ratio) drawn.style.aspectRatio = `${ratio[1]} / ${ratio[2]}`;
  if (component.aspectMode === "cover") drawn.classList.add("cover");
  paint(drawn, "background-color", component.backgroundColor);
  return act(drawn, component.action, phone);
}

function icon(component) {
  const drawn = picture(component, "flex-icon");
  const size = Object.hasOwn(FONT, component.size) ? FONT[component.size] : Number.parseFloat(pixels(component.size ?? "16px", {}));
  drawn.style.setProperty("--s", size || 16);
  return drawn;
}

/** A picture of this host; another host's is not fetched but named. */
function picture(component, kind) {
  const address = component.url ?? "";
  const ours = URL.canParse(address, location.href) && new URL(address, location.href).origin === location.origin;
  if (ours) return el("img", { class: kind, src: address, alt: "" });
  return el("div", { class: `${kind} elsewhere`, role: "img", "aria-label": "รูปจากที่อื่น ไม่โหลดในหน้าสาธิต", title: address }, kind === "flex-image" ? "รูปจากที่อื่น" : "");
}

function separator(component, phone, layout) {
  const drawn = el("div", { class: `flex-separator ${layout === "vertical" ? "lying" : "standing"}`, role: "separator" });
  paint(drawn, "background-color", component.color);
  return drawn;
}

function filler() {
  return el("div", { class: "flex-filler" });
}

function spacer(component) {
  const drawn = filler();
  const size = pixels(component.size ?? "md", SPACE);
  if (size) drawn.style.padding = `calc(${size} / 2)`;
  return drawn;
}

/** What LINE may know and this page does not: red, with its type. */
export function unknown(component) {
  return el("div", { class: "unknown", testid: "flex-unknown" }, `ไม่รู้จัก: ${String(component?.type)}`);
}

function pixels(value, words) {
  if (Object.hasOwn(words, value)) return `${words[value]}px`;
  return /^\d+(\.\d+)?(px|%)$/u.test(value ?? "") ? value : null;
}

function measure(drawn, property, value, words) {
  const size = value === undefined ? null : pixels(value, words);
  if (size) drawn.style.setProperty(property, size);
}

function paint(drawn, property, colour) {
  if (/^#[0-9a-f]{6}([0-9a-f]{2})?$/iu.test(colour ?? "")) drawn.style.setProperty(property, colour);
}
