/**
 * One person's telephone, with the bot's talk on it.
 *
 * For tests, stable data-testid attributes (several phones: look inside the phone with the right data-user):
 *   start, people-search, person-option (data-user, data-role), open-stranger     the choice of a person; also in the dialog `picker`
 *   bar: add-phone, big-text, panel-toggle · offline (the banner) · person (who holds the phone), close-phone
 *   phone (data-user)      log · day · to-end · typing · welcome · add-friend · unblock · hint, hint-paste, hint-close · toast
 *   bubble                 data-id, data-from="me|bot", data-type, data-unsent="true|false"; holds quoted, photo, …
 *   bubble-more            opens bubble-menu: menu-reply, menu-unsend (own only), menu-copy
 *   flex-bubble, flex-carousel, flex-button, flex-tap (tappable box, text, image), flex-unknown (red)
 *   quick-replies, quick-reply · menu-bar, rich-menu, menu-area (aria-label: what a tap says)
 *   input, send, attach, tray, attach-photo, attach-file, attach-voice, attach-sticker, attach-location
 *   file-photo, file-file, file-voice     the hidden <input type=file> of each: set_input_files on them
 *   quote, quote-cancel    the bubble being answered · quoted, inside a bubble
 *   moment, moment-input, moment-echo, moment-ok     the date and time picker
 *   panel: phone-tab, clock, forward-hour, forward-day, forward-week, quota, pc-mode, redeliver, block, close-this-phone, last-json
 * The address's hash names the phones: #U123,U456.
 */

import { Refused, post, upload } from "./api.js";
import { Composer } from "./composer.js";
import { botFace, button, el, face, icon } from "./dom.js";
import { listen } from "./listen.js";
import { Log } from "./log.js";
import { onHold, openMenu } from "./menu.js";
import { summary } from "./message.js";
import { people, placeOf } from "./people.js";
import { QuickReplies } from "./quick.js";
import { RichMenu } from "./richmenu.js";
import { hour } from "./thaidate.js";

const TOAST = 3500; // ms

export class Phone extends EventTarget {
  #closed = new AbortController();
  #queue = Promise.resolve(); // what a thumb does twice arrives in its order
  #hintClosed = false;
  #redeemed = false;

  constructor(user) {
    super();
    this.user = user;
    this.#build();
    people.addEventListener("change", () => this.#personChanged(), { signal: this.#closed.signal });
    onHold(this.log.element, (bubble) => this.openMenu(this.log.get(bubble.dataset.id), bubble));
    this.#personChanged();
    listen(user, (news, whole) => this.#hear(news, whole), this.#closed.signal);
  }

  get person() {
    return people.find(this.user);
  }

  close() {
    this.#closed.abort();
    this.element.remove();
  }

  // What the person does

  /** Returns whether it was sent. */
  say(text, quote = null) {
    return this.#do("say", { text, quote });
  }

  tap(data, displayText, params = {}) {
    return this.#do("tap", { data, displayText, params });
  }

  sendSticker() {
    return this.#do("sticker", {});
  }

  sendLocation() {
    return this.#do("location", {});
  }

  /** Sends files in order; several photos chosen at once are one set, as on LINE. */
  attach(kind, files) {
    const set = kind === "image" && files.length > 1 ? crypto.randomUUID().replaceAll("-", "").toUpperCase() : null;
    files.forEach((file, index) => {
      const what = kind === "image" && file.type.startsWith("video/") ? "video" : kind;
      this.#enqueue(() => upload(this.user, what, file, set ? { set, index: index + 1, total: files.length } : {}));
    });
  }

  choose(kind) {
    this.composer.choose(kind);
  }

  fill(text) {
    this.composer.fill(text);
  }

  befriend(follow) {
    return this.#do("friend", { follow });
  }

  redeliver() {
    return this.#do("redeliver", {});
  }

  async copy(text) {
    await navigator.clipboard.writeText(text).then(() => this.notice("คัดลอกแล้ว"), () => this.notice("คัดลอกไม่ได้"));
  }

  openMenu(item, anchor) {
    if (!item || item.unsent) return;
    const entries = [
      { testid: "menu-reply", sign: "reply", name: "ตอบกลับ", act: () => this.composer.quote(item) },
      { testid: "menu-copy", sign: "copy", name: "คัดลอก", act: () => this.copy(summary(item.message)) },
    ];
    if (item.from === "me") entries.push({ testid: "menu-unsend", sign: "undo", name: "ยกเลิกข้อความ", act: () => this.#unsend(item) });
    openMenu(this.screen, anchor, entries);
  }

  show(id) {
    this.log.show(id);
  }

  enlarge(address) {
    const dialog = el("dialog", { class: "viewer", "aria-label": "รูปภาพ", onclick: () => dialog.close(), onclose: () => dialog.remove() },
      el("img", { src: address, alt: "รูปภาพ" }), button({ class: "plain", "aria-label": "ปิด" }, icon("close")));
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Says something in passing, outside the talk. */
  notice(text) {
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { this.toast.hidden = true; }, TOAST);
  }

  async #unsend(item) {
    await this.#do("unsend", { id: item.id });
    if (this.composer.quotedId === item.id) this.composer.quote(null);
  }

  #do(verb, fields) {
    return this.#enqueue(() => post(verb, { user: this.user, ...fields }));
  }

  #enqueue(work) {
    const done = this.#queue.then(work).then(() => true, (error) => {
      this.notice(error instanceof Refused ? error.message : "ส่งไม่สำเร็จ ยังติดต่อเซิร์ฟเวอร์ไม่ได้");
      return false;
    });
    this.#queue = done.then(() => this.#refresh());
    return done;
  }

  #refresh() {
    people.refresh().catch(() => {}); // the banner tells where this fails
  }

  // What is shown

  #hear(news, whole) {
    this.log.hear(news, whole);
    this.quick.follow(this.log.last);
    this.menu.follow(news.menu ?? null);
    const code = this.person?.code;
    if (code && news.items.some((item) => item.from === "me" && item.message.text?.includes(code))) this.#redeemed = true;
    this.#personChanged();
    if (!whole) this.#refresh(); // a push moves the quota
    this.dispatchEvent(new Event("news"));
  }

  #build() {
    this.welcome = el("div", { class: "welcome", testid: "welcome" });
    this.log = new Log(this, this.welcome);
    this.quick = new QuickReplies(this);
    this.composer = new Composer(this);
    this.menu = new RichMenu(this);
    this.composer.input.addEventListener("focus", () => this.menu.close()); // the keyboard takes its place
    this.gate = el("div", { class: "gate", hidden: true });
    this.toast = el("p", { class: "toast", testid: "toast", role: "status", hidden: true });
    this.time = el("span", { "aria-hidden": "true" });
    this.screen = el("div", { class: "screen" },
      el("div", { class: "status-bar", "aria-hidden": "true" }, this.time, el("span", { class: "battery" })),
      el("header", { class: "chat-head" }, botFace(), el("div", {}, el("h2", {}, "รายงาน"), el("small", {}, "บัญชีทางการ"))),
      el("div", { class: "talk" }, this.log.element, this.log.down),
      this.quick.element, this.gate, this.composer.element, this.menu.element, this.toast);
    this.owner = el("div", { class: "owner", testid: "person" });
    this.hint = el("aside", { class: "hint", testid: "hint", "aria-label": "บัตรเชิญ", hidden: true });
    this.element = el("section", { class: "phone", testid: "phone", "aria-label": "โทรศัพท์", "data-user": this.user }, this.owner, this.hint, el("div", { class: "frame" }, this.screen));
    this.element.addEventListener("focusin", () => this.dispatchEvent(new Event("touched")));
    this.element.addEventListener("pointerdown", () => this.dispatchEvent(new Event("touched")));
  }

  #personChanged() {
    const { person } = this;
    this.time.textContent = hour(people.now());
    const key = JSON.stringify([person, Boolean(this.log.last), this.#redeemed, this.#hintClosed, people.loaded]);
    if (key === this.personShown) return;
    this.personShown = key;
    this.element.setAttribute("aria-label", `โทรศัพท์ของ ${person?.name ?? "ผู้ไม่รู้จัก"}`);
    this.owner.replaceChildren(face(person?.name), el("div", {}, el("b", {}, person?.name ?? "ไม่พบบุคคลนี้"), el("small", {}, person ? placeOf(person) : "เซิร์ฟเวอร์อาจเริ่มใหม่ โปรดเลือกใหม่")),
      button({ class: "plain", "aria-label": "ปิดโทรศัพท์นี้", testid: "close-phone", onclick: () => this.dispatchEvent(new Event("leave")) }, icon("close")));
    this.#drawWelcome(person);
    this.#drawGate(person);
    this.#drawHint(person);
  }

  #drawWelcome(person) {
    this.welcome.hidden = Boolean(this.log.last);
    const friend = person?.friend && !person.blocked;
    this.welcome.replaceChildren(botFace(), el("h3", {}, "รายงาน"), el("p", {}, friend ? "พิมพ์ทักได้เลย" : "บัญชีทางการ"),
      person && !person.friend && !person.blocked ? this.#addFriend() : "");
  }

  #addFriend() {
    return button({ class: "strong", testid: "add-friend", onclick: () => this.befriend(true) }, "เพิ่มเพื่อน");
  }

  /** Between the talk and the field: blocked, or not yet a friend. */
  #drawGate(person) {
    const blocked = Boolean(person?.blocked);
    const stranger = Boolean(person && !person.friend && !blocked && this.log.last);
    this.gate.hidden = !blocked && !stranger;
    this.composer.element.hidden = blocked;
    this.menu.element.classList.toggle("away", blocked);
    this.gate.replaceChildren(...(blocked ? ["บล็อกบัญชีนี้ไว้", button({ class: "strong", testid: "unblock", onclick: () => this.befriend(true) }, "เลิกบล็อก")]
      : stranger ? ["ยังไม่ได้เพิ่มเพื่อน", this.#addFriend()] : []));
  }

  #drawHint(person) {
    this.hint.hidden = !person?.code || this.#redeemed || this.#hintClosed;
    this.hint.replaceChildren(
      el("div", {}, el("b", {}, "บัตรเชิญจากต้นสังกัด"), el("small", {}, "ของจริงเป็น QR ให้สแกน"), el("code", {}, person?.code ?? "")),
      button({ class: "strong", testid: "hint-paste", onclick: () => this.#pasteCode(person) }, "วางรหัสเชิญ"),
      button({ class: "plain", testid: "hint-close", "aria-label": "ซ่อนบัตรเชิญ", onclick: () => { this.#hintClosed = true; this.#personChanged(); } }, icon("close")));
  }

  /** The QR of an invite adds the friend and types the code; so does this. */
  async #pasteCode(person) {
    if (!person.friend) await this.befriend(true);
    this.fill(person.code);
  }
}
