/** The panel beside the phones: the clock, the quota, and what one wants to see or try on the phone in use. */

import { post } from "./api.js";
import { button, el, icon } from "./dom.js";
import { people } from "./people.js";
import { moment, span } from "./thaidate.js";

const HOUR = 3600; // seconds
const STEPS = [["forward-hour", "+1 ชม.", HOUR], ["forward-day", "+1 วัน", 24 * HOUR], ["forward-week", "+7 วัน", 7 * 24 * HOUR]];
const HOW = { reply: "ตอบกลับ (ไม่นับโควตา)", push: "ส่งก่อน (push นับโควตา)" };

export class Panel {
  #phone = null;
  #select;

  /** @param {(user: string) => void} select brings another phone to the front */
  constructor(select) {
    this.#select = select;
    this.tabs = el("div", { class: "tabs", role: "group", "aria-label": "โทรศัพท์ที่เปิดอยู่" });
    this.clock = el("p", { class: "clock", testid: "clock" });
    this.moved = el("p", { class: "small" });
    this.quota = el("p", { class: "small", testid: "quota" });
    this.meter = el("meter", { min: 0, "aria-label": "โควตาที่ใช้ไป" });
    this.redeliver = button({ testid: "redeliver", onclick: () => this.#redeliver() }, icon("again"), "ส่งซ้ำ (redeliver)");
    this.block = button({ testid: "block", onclick: () => this.#phone?.befriend(Boolean(this.#phone.person?.blocked)) });
    this.leave = button({ testid: "close-this-phone", onclick: () => this.#phone?.dispatchEvent(new Event("leave")) }, icon("close"), "ปิดโทรศัพท์นี้");
    this.json = el("pre", { testid: "last-json", tabindex: "0", "aria-label": "JSON ของข้อความล่าสุดจากบอต" });
    this.how = el("p", { class: "small" });
    this.element = el("aside", { class: "panel", testid: "panel", "aria-label": "แผงควบคุม" }, ...this.#sections());
    people.addEventListener("change", () => this.draw());
    setInterval(() => this.#tick(), 1000);
  }

  /** Speaks of this phone from now on. */
  follow(phone, phones) {
    if (phone !== this.#phone) phone?.addEventListener("news", () => this.draw());
    this.#phone = phone;
    this.tabs.hidden = phones.length < 2;
    this.tabs.replaceChildren(...phones.map((one) => button({ testid: "phone-tab", "aria-pressed": String(one === phone), onclick: () => this.#select(one.user) }, one.person?.name ?? "ไม่พบ")));
    this.draw();
  }

  draw() {
    const { allowed, used } = people.quota;
    this.quota.textContent = `ใช้ไป ${used} จาก ${allowed ?? "ไม่จำกัด"} ข้อความเดือนนี้`;
    this.meter.hidden = allowed === null;
    Object.assign(this.meter, { max: allowed || 1, high: (allowed || 1) * 0.8, value: used });
    this.moved.textContent = people.offset ? `เลื่อนไปข้างหน้า ${span(people.offset)}` : "";
    this.#tick();
    const person = this.#phone?.person;
    for (const one of [this.redeliver, this.block, this.leave]) one.disabled = !person;
    this.block.replaceChildren(icon("block"), person?.blocked ? "เลิกบล็อก" : "บล็อกบอต");
    const last = this.#phone?.log.lastOfBot;
    this.how.textContent = last ? HOW[last.how] ?? "" : "ยังไม่มีข้อความจากบอต";
    const text = last ? JSON.stringify(last.message, null, 2) : "";
    if (text !== this.json.textContent) this.json.textContent = text;
  }

  #tick() {
    this.clock.textContent = people.loaded ? moment(people.now()) : "…";
  }

  #sections() {
    const steps = STEPS.map(([testid, name, seconds]) => button({ testid, onclick: () => this.#forward(seconds) }, name));
    const pc = el("input", { type: "checkbox", testid: "pc-mode", onchange: () => document.body.classList.toggle("pc", pc.checked) });
    return [
      this.tabs,
      section("เวลา", this.clock, this.moved, el("div", { class: "steps" }, ...steps)),
      section("โควตาข้อความ", this.meter, this.quota),
      section("มุมมอง", el("label", { class: "switch" }, pc, el("span", {}, el("b", {}, "LINE สำหรับ PC"), el("small", {}, "ไม่แสดงปุ่มตอบด่วนและเมนูล่าง")))),
      section("โทรศัพท์เครื่องนี้", el("div", { class: "stacked" }, this.redeliver, this.block, this.leave)),
      section("ข้อความล่าสุดจากบอต", this.how, el("details", {}, el("summary", {}, "JSON"), this.json)),
    ];
  }

  async #forward(seconds) {
    await post("clock", { forward_seconds: seconds }).then(() => people.refresh()).catch(() => {}); // the banner tells
  }

  async #redeliver() {
    if (await this.#phone.redeliver()) this.#phone.notice("ส่งเหตุการณ์ล่าสุดซ้ำแล้ว");
  }
}

function section(title, ...children) {
  return el("section", {}, el("h2", {}, title), ...children);
}
