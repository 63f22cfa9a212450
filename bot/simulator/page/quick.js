/** Quick replies: those of the last message only; gone after a tap or with the next message, as on LINE. */

import { STAYING, perform } from "./actions.js";
import { button, el } from "./dom.js";
import { rail } from "./rail.js";
import { isSafeLink, link } from "./text.js";

export class QuickReplies {
  element = el("div", { class: "quick", testid: "quick-replies", hidden: true });
  #phone;
  #spent = new Set(); // ids of messages whose buttons were used
  #shown = null;

  constructor(phone) {
    this.#phone = phone;
  }

  /** Shows the buttons of the talk's last item. */
  follow(last) {
    const items = last?.from === "bot" && !this.#spent.has(last.id) ? last.message.quickReply?.items ?? [] : [];
    const shown = items.length ? last.id : null;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.element.hidden = !shown;
    this.element.replaceChildren(...(shown ? [rail({ class: "chips", label: "ตอบด่วน" }, items.map(({ action }) => this.#chip(action, last)))] : []));
  }

  #chip(action, last) {
    const used = () => {
      if (STAYING.has(action.type)) return;
      this.#spent.add(last.id);
      this.follow(last);
    };
    const attributes = { class: "chip", testid: "quick-reply" };
    if (action.type === "uri" && isSafeLink(action.uri)) return link(action.uri, { ...attributes, onclick: used }, action.label);
    return button({ ...attributes, onclick: () => { used(); perform(action, this.#phone); } }, action.label);
  }
}
