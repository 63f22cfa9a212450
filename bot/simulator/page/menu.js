/** The small menu of a bubble: answer, take back, copy. */

import { button, el, icon } from "./dom.js";

let closeLast = () => {}; // one menu at a time: some browsers tell of a long press twice

/**
 * @param {HTMLElement} room the phone's screen, which the menu stays inside
 * @param {HTMLElement} anchor what was pressed
 * @param {Array<{testid: string, sign: string, name: string, act: Function}>} entries
 */
export function openMenu(room, anchor, entries) {
  const close = () => {
    closeLast = () => {};
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(); };
  const menu = el("div", { class: "bubble-menu", testid: "bubble-menu", role: "menu", onkeydown: (event) => walk(event, menu, close) },
    ...entries.map(({ testid, sign, name, act }) => button({ role: "menuitem", testid, onclick: () => { close(); act(); } }, icon(sign), name)));
  closeLast();
  closeLast = close;
  room.append(menu);
  put(menu, room.getBoundingClientRect(), anchor.getBoundingClientRect());
  document.addEventListener("pointerdown", outside, true);
  menu.firstElementChild.focus({ preventScroll: true });
}

function walk(event, menu, close) {
  const steps = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key in steps) {
    const entries = [...menu.children];
    entries.at((entries.indexOf(document.activeElement) + steps[event.key]) % entries.length).focus();
  } else return;
  event.preventDefault();
}

function put(menu, room, anchor) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.min(Math.max(anchor.left - room.left, 8), room.width - width - 8);
  const above = anchor.top - room.top - height - 6;
  menu.style.left = `${left}px`;
  menu.style.top = `${above > 8 ? above : Math.min(anchor.bottom - room.top + 6, room.height - height - 8)}px`;
}

const HOLD = 500; // ms
const STILL = 10; // px a finger may tremble

/** Calls `open(element)` when a bubble is pressed long or with the right button. */
export function onHold(log, open) {
  const bubbleOf = (target) => target.closest?.("[data-testid=bubble]");
  let timer = 0;
  let from = null;
  let held = false;
  const stop = () => clearTimeout(timer);
  log.addEventListener("contextmenu", (event) => {
    const bubble = bubbleOf(event.target);
    if (!bubble || event.target.closest("a")) return;
    event.preventDefault();
    stop();
    open(bubble);
  });
  log.addEventListener("pointerdown", (event) => {
    const bubble = bubbleOf(event.target);
    if (!bubble || event.pointerType === "mouse") return;
    [from, held] = [event, false];
    timer = setTimeout(() => { held = true; open(bubble); }, HOLD);
  });
  log.addEventListener("click", (event) => {
    if (!held) return;
    held = false; // lifting the finger presses no button under it
    event.preventDefault();
    event.stopPropagation();
  }, true);
  log.addEventListener("pointermove", (event) => { if (from && Math.hypot(event.x - from.x, event.y - from.y) > STILL) stop(); });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) log.addEventListener(end, stop);
}
