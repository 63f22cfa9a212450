/** The rich menu: a picture with areas to tap, under the field; the bar with its words opens and closes it. */

import { perform } from "./actions.js";
import { menuAddress } from "./api.js";
import { button, el, icon } from "./dom.js";

export class RichMenu {
  #phone;
  #shown = null; // the id of the menu that is drawn
  #open = false;

  constructor(phone) {
    this.#phone = phone;
    this.words = el("span", {});
    this.bar = button({ class: "menu-bar", testid: "menu-bar", "aria-expanded": "false", onclick: () => this.#set(!this.#open) }, icon("menu"), this.words, icon("down"));
    this.sheet = el("div", { class: "menu-sheet", testid: "rich-menu", role: "group", hidden: true });
    this.element = el("div", { class: "rich-menu", hidden: true }, this.bar, this.sheet);
  }

  /** Shows a menu as the stand-in tells of it; null: none. Another menu opens by itself where it says so. */
  follow(menu) {
    if ((menu?.id ?? null) === this.#shown) return;
    this.#shown = menu?.id ?? null;
    this.element.hidden = !menu;
    if (!menu) return;
    this.words.textContent = menu.chatBarText;
    this.sheet.setAttribute("aria-label", menu.chatBarText);
    this.sheet.style.aspectRatio = `${menu.size.width} / ${menu.size.height}`;
    this.sheet.replaceChildren(el("img", { src: menuAddress(menu.id), alt: "" }), ...menu.areas.map((area) => this.#area(area, menu.size)));
    this.#set(Boolean(menu.selected));
  }

  close() {
    this.#set(false);
  }

  #set(open) {
    this.#open = open;
    this.sheet.hidden = !open;
    this.bar.setAttribute("aria-expanded", String(open));
  }

  #area({ bounds, action }, size) {
    const percent = (part, whole) => `${(100 * part) / whole}%`;
    const place = button({ testid: "menu-area", "aria-label": action.label ?? action.displayText ?? "", onclick: () => this.#tap(action) });
    Object.assign(place.style, {
      left: percent(bounds.x, size.width), top: percent(bounds.y, size.height),
      width: percent(bounds.width, size.width), height: percent(bounds.height, size.height),
    });
    return place;
  }

  #tap(action) {
    perform(action, this.#phone);
    if (action.inputOption === "closeRichMenu" || action.inputOption === "openKeyboard") this.#set(false);
  }
}
