/** Where one types: the field that grows, what is attached, the bubble being answered. */

import { button, el, icon } from "./dom.js";
import { summary } from "./message.js";

const CHOOSERS = {
  image: { accept: "image/*,video/*", multiple: true, testid: "file-photo" },
  file: { accept: null, multiple: false, testid: "file-file" },
  audio: { accept: "audio/*", multiple: false, testid: "file-voice" },
};

const GROWS_ITSELF = CSS.supports("field-sizing", "content");

const hasTouch = () => matchMedia("(pointer: coarse)").matches;

export class Composer {
  #phone;
  #quoted = null;

  constructor(phone) {
    this.#phone = phone;
    this.input = el("textarea", { class: "input", testid: "input", rows: "1", placeholder: "พิมพ์ข้อความ", "aria-label": "พิมพ์ข้อความ", autocomplete: "off", enterkeyhint: hasTouch() ? "enter" : "send" });
    this.input.addEventListener("input", () => this.#grown());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.send = button({ class: "send", testid: "send", "aria-label": "ส่ง", onclick: () => this.#send() }, icon("send"));
    this.plus = button({ class: "plus", testid: "attach", "aria-label": "แนบ", "aria-expanded": "false", onclick: () => this.#toggleTray() }, icon("add"));
    this.tray = el("div", { class: "tray", testid: "tray", hidden: true }, ...this.#attachments());
    this.answering = el("div", { class: "answering", testid: "quote", hidden: true });
    this.choosers = Object.fromEntries(Object.keys(CHOOSERS).map((kind) => [kind, this.#chooser(kind)]));
    this.element = el("div", { class: "composer" }, this.answering,
      el("div", { class: "typing-row" }, this.plus, this.input, this.send), this.tray, ...Object.values(this.choosers));
    this.#grown();
  }

  /** Puts words into the field, ready to be changed and sent. */
  fill(text) {
    this.input.value = text;
    this.#grown();
    this.input.focus();
    this.input.setSelectionRange(text.length, text.length);
  }

  choose(kind) {
    this.choosers[kind].click();
  }

  /** Shows what the next words answer; null takes it away. */
  quote(item) {
    this.#quoted = item;
    this.answering.hidden = !item;
    this.answering.replaceChildren();
    if (!item) return;
    this.answering.append(
      el("div", {}, el("b", {}, item.from === "me" ? "ตอบกลับข้อความของท่าน" : "ตอบกลับ รายงาน"), el("span", {}, summary(item.message))),
      button({ class: "plain", testid: "quote-cancel", "aria-label": "ไม่ตอบกลับข้อความนี้", onclick: () => this.quote(null) }, icon("close")));
    this.input.focus();
  }

  get quotedId() {
    return this.#quoted?.id ?? null;
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || hasTouch()) return;
    event.preventDefault();
    this.#send();
  }

  async #send() {
    const [text, quoted] = [this.input.value, this.#quoted];
    if (!text.trim()) return;
    this.fill("");
    this.quote(null);
    if (await this.#phone.say(text, quoted?.id ?? null)) return;
    this.quote(quoted);
    this.fill(this.input.value ? `${text}\n${this.input.value}` : text); // it did not go: the words come back
  }

  #grown() {
    if (!GROWS_ITSELF) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight + 2}px`;
    }
    this.element?.classList.toggle("empty", !this.input.value.trim());
  }

  #toggleTray(open = this.tray.hidden) {
    this.tray.hidden = !open;
    this.plus.setAttribute("aria-expanded", String(open));
  }

  #attachments() {
    const kinds = [
      ["photo", "รูปภาพ", "photo", () => this.choose("image")],
      ["file", "ไฟล์", "file", () => this.choose("file")],
      ["voice", "เสียง", "voice", () => this.choose("audio")],
      ["smile", "สติกเกอร์", "sticker", () => this.#phone.sendSticker()],
      ["place", "ตำแหน่ง", "location", () => this.#phone.sendLocation()],
    ];
    return kinds.map(([sign, name, testid, act]) => button({ testid: `attach-${testid}`, onclick: () => { this.#toggleTray(false); act(); } }, icon(sign), name));
  }

  #chooser(kind) {
    const { accept, multiple, testid } = CHOOSERS[kind];
    const input = el("input", { type: "file", accept, multiple, testid, hidden: true, tabindex: "-1", "aria-label": "เลือกไฟล์" });
    input.addEventListener("change", () => {
      this.#phone.attach(kind, [...input.files]);
      input.value = "";
    });
    return input;
  }
}
