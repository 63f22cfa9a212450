/** The choice of a person: forty directors by school, the staff, a stranger. */

import { button, el, face, icon } from "./dom.js";
import { people, placeOf, roleName } from "./people.js";

const plain = (text) => (text ?? "").toLowerCase().replace(/\s+/gu, "");
const isDirector = (person) => person.role === "director";
const joined = (person) => (person.friend ? "เป็นเพื่อนแล้ว" : "");

export class Chooser {
  #choose;

  /** @param {(user: string) => void} choose */
  constructor(choose) {
    this.#choose = choose;
    this.search = el("input", { type: "search", testid: "people-search", placeholder: "ค้นชื่อโรงเรียนหรือชื่อ ผอ.", "aria-label": "ค้นชื่อโรงเรียนหรือชื่อผู้อำนวยการ", autocomplete: "off", oninput: () => this.draw() });
    this.schools = el("ul", { class: "people" });
    this.none = el("p", { class: "none", role: "status" });
    this.staff = el("ul", { class: "people" });
    this.staffBlock = el("section", {}, el("h3", {}, "เจ้าหน้าที่"), this.staff);
    this.element = el("div", { class: "chooser" },
      el("section", { class: "by-school" }, el("label", { class: "search" }, icon("search"), this.search), this.schools, this.none),
      el("div", { class: "others" }, this.staffBlock, el("section", {}, el("h3", {}, "ผู้ที่ยังไม่รู้จัก"),
        button({ class: "person", testid: "open-stranger", onclick: () => this.#stranger() }, face("?"), el("span", {}, el("b", {}, "คนแปลกหน้า"), el("small", {}, "ไม่มีรหัสเชิญ"))))));
    people.addEventListener("change", () => this.draw());
    this.draw();
  }

  draw() {
    const wanted = plain(this.search.value);
    const matches = (person) => plain(`${person.school ?? ""}${person.name}${roleName(person.role)}`).includes(wanted);
    const known = people.list.filter((person) => person.role && person.role !== "stranger");
    const schools = known.filter(isDirector).filter(matches);
    const key = JSON.stringify([schools, known.filter((person) => !isDirector(person))]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.schools.replaceChildren(...schools.map((person) => this.#option(person, person.school ?? person.name, [person.name, joined(person)])));
    this.none.textContent = !people.loaded ? "กำลังโหลดรายชื่อ" : schools.length ? "" : "ไม่พบโรงเรียนหรือชื่อนี้";
    const staff = known.filter((person) => !isDirector(person));
    this.staffBlock.hidden = !staff.length;
    this.staff.replaceChildren(...staff.map((person) => this.#option(person, person.name, [placeOf(person)])));
  }

  #option(person, title, below) {
    return el("li", {}, button({ class: "person", testid: "person-option", "data-user": person.user, "data-role": person.role, onclick: () => this.#choose(person.user) },
      isDirector(person) ? el("span", { class: "face", "aria-hidden": "true" }, icon("school")) : face(person.name),
      el("span", {}, el("b", {}, title), el("small", {}, below.filter(Boolean).join(" · ")))));
  }

  async #stranger() {
    const user = await people.addStranger().catch(() => null); // the banner tells
    if (user) this.#choose(user);
  }
}

/** The same choice in a dialog, to open one more phone. */
export function chooseInDialog(choose) {
  const chooser = new Chooser((user) => { dialog.close(); choose(user); });
  const dialog = el("dialog", { class: "sheet", testid: "picker", "aria-label": "เปิดโทรศัพท์ของใคร", onclose: () => dialog.remove(), onclick: (event) => { if (event.target === dialog) dialog.close(); } },
    el("header", {}, el("h2", {}, "เปิดโทรศัพท์ของใคร"), button({ class: "plain", "aria-label": "ปิด", onclick: () => dialog.close() }, icon("close"))), chooser.element);
  document.body.append(dialog);
  dialog.showModal();
  chooser.search.focus();
}
