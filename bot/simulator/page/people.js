/** Who may hold a phone, the platform's clock and the quota, as the server last told. */

import { post, state } from "./api.js";

const EVERY = 4000; // ms

const ROLES = {
  director: "ผู้อำนวยการ",
  acting: "รักษาการ ผอ.",
  delegate: "ผู้แทน",
  verifier: "ผู้ตรวจ",
  coordinator: "ผู้ประสานงาน",
  viewer: "ผู้ดู",
  operator: "ผู้ดูแลระบบ",
  stranger: "คนแปลกหน้า",
};

export const roleName = (role) => ROLES[role] ?? role ?? ROLES.stranger;

/** What stands under a person's name. */
export const placeOf = (person) => [person.role === "director" && person.school ? null : roleName(person.role), person.school].filter(Boolean).join(" · ");

class People extends EventTarget {
  list = [];
  quota = { allowed: 0, used: 0 };
  offset = 0; // seconds the clock was moved
  loaded = false;
  #behind = 0; // ms the browser's clock is behind the platform's

  /** The platform's time now, in ms. */
  now() {
    return Date.now() + this.#behind;
  }

  find(user) {
    return this.list.find((person) => person.user === user) ?? null;
  }

  async refresh() {
    const news = await state();
    this.#behind = new Date(news.now).getTime() - Date.now();
    this.list = news.people;
    this.quota = news.quota;
    this.offset = news.clock_offset;
    this.loaded = true;
    this.dispatchEvent(new Event("change"));
  }

  async keepFresh() {
    for (;;) {
      await this.refresh().catch(() => {}); // the banner tells; the next round tries again
      await new Promise((resolve) => setTimeout(resolve, EVERY));
    }
  }

  /** Makes a person nobody knows and returns their user id. */
  async addStranger() {
    const before = new Set(this.list.map((person) => person.user));
    const answer = await post("person", { name: `คนแปลกหน้า ${strangers(this.list) + 1}` });
    await this.refresh();
    return answer.user ?? this.list.find((person) => !before.has(person.user))?.user ?? null;
  }
}

const strangers = (list) => list.filter((person) => person.name.startsWith(ROLES.stranger)).length;

export const people = new People();
