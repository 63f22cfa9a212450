/** The bubbles of one talk, in order, with a line for each day; stays at its end unless one has scrolled up. */

import { botFace, button, el, icon } from "./dom.js";
import { drawMessage } from "./message.js";
import { day } from "./thaidate.js";

const NEAR = 60; // px from the end that still count as being at the end

const sameBubble = (one, other) => one.id === other.id && one.at === other.at && (other.unsent || JSON.stringify(one.message) === JSON.stringify(other.message));
const minuteOf = (item) => item.from + item.at.slice(0, 16);

export class Log {
  #phone;
  #entries = new Map(); // id → {item, row}, in the order said
  #typing = el("div", { class: "row bot typing", testid: "typing", hidden: true }, botFace(), el("div", { class: "bubble", "aria-label": "กำลังพิมพ์" }, el("i"), el("i"), el("i")));
  #list = el("div", { class: "list" });
  #atEnd = true;
  #top = 0;

  constructor(phone, welcome) {
    this.#phone = phone;
    this.element = el("div", { class: "log", testid: "log", role: "log", "aria-label": "บทสนทนากับรายงาน", "aria-busy": "true", tabindex: "0" }, welcome, this.#list, this.#typing);
    this.down = button({ class: "to-end", testid: "to-end", hidden: true, "aria-label": "ไปข้อความล่าสุด", onclick: () => this.toEnd() }, icon("down"));
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const grown = new ResizeObserver(() => this.#atEnd && this.toEnd());
    grown.observe(this.#list);
    grown.observe(this.element);
  }

  get last() {
    return [...this.#entries.values()].at(-1)?.item ?? null;
  }

  get lastOfBot() {
    return [...this.#entries.values()].findLast(({ item }) => item.from === "bot")?.item ?? null;
  }

  get(id) {
    return this.#entries.get(id)?.item ?? null;
  }

  /** Takes the phone API's news; `whole` news replaces what is shown where it differs. */
  hear({ items, changed, typing }, whole) {
    if (whole && !this.#startsWith(items)) this.#clear();
    for (const item of items) this.#entries.has(item.id) ? this.#change(item) : this.#add(item);
    for (const item of changed) this.#change(item);
    this.#typing.hidden = !typing;
    this.element.setAttribute("aria-busy", "false");
    if (typing && this.#atEnd) this.toEnd();
  }

  /** A server that began anew may count its ids anew too, so the same bubble is one that says the same. */
  #startsWith(items) {
    return [...this.#entries.values()].every(({ item }, index) => items[index] && sameBubble(item, items[index]));
  }

  #clear() {
    this.#entries.clear();
    this.#list.replaceChildren();
  }

  #add(item) {
    const before = [...this.#entries.values()].at(-1);
    const row = this.#draw(item);
    if (!before || day(before.item.at) !== day(item.at)) this.#list.append(el("p", { class: "day", testid: "day" }, day(item.at)));
    else if (minuteOf(before.item) === minuteOf(item)) {
      before.row.classList.add("goes-on");
      row.classList.add("follows");
    }
    if (item.from === "bot") this.#markRead();
    this.#list.append(row);
    this.#entries.set(item.id, { item, row });
    if (item.from === "me") this.toEnd();
  }

  /** Redraws an item that was unsent, and those that quote it. */
  #change(item) {
    const entry = this.#entries.get(item.id);
    if (!entry || entry.item.unsent === item.unsent) return;
    entry.item = item;
    const quoting = [...this.#entries.values()].filter((other) => other.item.quoted === item.id);
    for (const one of [entry, ...quoting]) {
      const row = this.#draw(one.item);
      row.className = one.row.className;
      one.row.replaceWith(row);
      one.row = row;
    }
  }

  #draw(item) {
    return drawMessage(item, this.#phone, item.quoted ? this.get(item.quoted) : null);
  }

  #markRead() {
    for (const { item, row } of this.#entries.values()) if (item.from === "me") row.classList.add("seen");
  }

  /** Scrolls to a bubble and lights it up for a moment. */
  show(id) {
    const row = this.#entries.get(id)?.row;
    row?.scrollIntoView({ block: "center", behavior: "smooth" });
    row?.classList.add("lit");
    setTimeout(() => row?.classList.remove("lit"), 1600);
  }

  toEnd() {
    this.element.scrollTop = this.element.scrollHeight;
    this.#scrolled();
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    const near = scrollHeight - scrollTop - clientHeight < NEAR;
    // Only scrolling up leaves the end. A bubble that came since the last scroll event does not.
    this.#atEnd = near || (this.#atEnd && scrollTop >= this.#top);
    this.#top = scrollTop;
    this.down.hidden = this.#atEnd;
  }
}
