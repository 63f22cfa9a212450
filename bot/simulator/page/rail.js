/** A row that scrolls sideways: by finger, by wheel with Shift, by keyboard, and by arrows where there is a mouse. */

import { button, el, icon } from "./dom.js";

/** @param {{class: string, testid?: string, label: string}} about @param {Element[]} things */
export function rail(about, things) {
  const track = el("div", { class: "track", tabindex: "0", role: "group", "aria-label": about.label }, ...things);
  const back = arrow("left", () => slide(track, -1));
  const on = arrow("right", () => slide(track, 1));
  const update = () => {
    back.hidden = track.scrollLeft < 4;
    on.hidden = track.scrollLeft > track.scrollWidth - track.clientWidth - 4;
  };
  track.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(track);
  return el("div", { class: `rail ${about.class}`, testid: about.testid }, track, back, on);
}

/** The arrows are for the mouse only: the keyboard reaches each thing by Tab, which scrolls. */
function arrow(side, slideOn) {
  return button({ class: `arrow ${side}`, tabindex: "-1", "aria-hidden": "true", hidden: true, onclick: slideOn }, icon(side));
}

function slide(track, way) {
  track.scrollBy({ left: way * track.clientWidth * 0.8, behavior: "smooth" });
}
