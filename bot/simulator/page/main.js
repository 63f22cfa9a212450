/** The page: phones side by side as the address's hash names them, the bar above, the panel beside. */

import { line } from "./api.js";
import { Chooser, chooseInDialog } from "./chooser.js";
import { button, el, icon } from "./dom.js";
import { Panel } from "./panel.js";
import { people } from "./people.js";
import { Phone } from "./phone.js";

const ROOM_FOR_PANEL = "(min-width: 1100px)";

const phones = new Map(); // user → Phone, in the hash's order
let active = null;

const panel = new Panel((user) => { activate(user); if (matchMedia("(max-width: 480px)").matches) showPanel(false); });
const start = el("section", { class: "start", testid: "start" },
  el("h1", {}, "ลองคุยกับบอต “รายงาน”"),
  el("p", { class: "lead" }, "เลือกโรงเรียนหนึ่งแห่ง แล้วใช้โทรศัพท์ของท่าน ผอ. โรงเรียนนั้น ทุกชื่อในหน้านี้เป็นชื่อสมมติ และไม่มีข้อความใดออกไปถึง LINE จริง"),
  new Chooser(open).element);
const row = el("div", { class: "phones" });
const offline = el("p", { class: "offline", testid: "offline", role: "alert", hidden: true }, "ขาดการเชื่อมต่อ กำลังลองใหม่");
const big = button({ testid: "big-text", "aria-pressed": "false", onclick: () => bigText(big.getAttribute("aria-pressed") !== "true") }, "ตัวใหญ่");
const fold = button({ class: "fold", testid: "panel-toggle", "aria-label": "แผงควบคุม", "aria-expanded": "false", onclick: () => showPanel(!document.body.classList.contains("with-panel")) }, icon("menu"), el("span", {}, "แผงควบคุม"));
const who = el("p", { class: "who" });

document.body.append(
  el("header", { class: "bar" }, el("p", { class: "brand" }, icon("report"), el("b", {}, "แชต"), el("span", {}, "หน้าสาธิต")), who,
    button({ testid: "add-phone", class: "add-phone", "aria-label": "เพิ่มโทรศัพท์", onclick: () => chooseInDialog(open) }, icon("add"), el("span", {}, "เพิ่มโทรศัพท์")), big, fold),
  offline,
  el("div", { class: "stage" }, el("main", {}, start, row), panel.element));

line.addEventListener("change", () => { offline.hidden = line.up; });
addEventListener("hashchange", follow);
people.addEventListener("change", () => drawWho());
if (localStorage.getItem("big") === "true") bigText(true);
showPanel(matchMedia(ROOM_FOR_PANEL).matches && localStorage.getItem("panel") !== "false", false);
await people.refresh().catch(() => {}); // the banner tells; keepFresh goes on trying
follow();
people.keepFresh();

function open(user) {
  const users = named();
  if (!users.includes(user)) location.hash = [...users, user].join(",");
  else activate(user);
  active = user;
}

function named() {
  return [...new Set(location.hash.slice(1).split(",").filter((user) => /^[\w-]+$/u.test(user)))];
}

/** Makes the phones on the page those of the hash; phones that stay keep what is typed in them. */
function follow() {
  const users = named();
  for (const user of [...phones.keys()].filter((one) => !users.includes(one))) {
    phones.get(user).close();
    phones.delete(user);
  }
  for (const user of users.filter((one) => !phones.has(one))) phones.set(user, phoneOf(user));
  const shown = users.map((user) => phones.get(user));
  if (shown.some((phone, index) => row.children[index] !== phone.element)) row.replaceChildren(...shown.map((phone) => phone.element));
  start.hidden = users.length > 0;
  document.body.classList.toggle("empty", !users.length);
  activate(users.includes(active) ? active : users.at(-1) ?? null);
}

function phoneOf(user) {
  const phone = new Phone(user);
  phone.addEventListener("touched", () => { if (active !== user) activate(user); });
  phone.addEventListener("leave", () => { location.hash = named().filter((one) => one !== user).join(","); });
  return phone;
}

function activate(user) {
  active = user;
  for (const [one, phone] of phones) phone.element.classList.toggle("active", one === user);
  panel.follow(phones.get(user) ?? null, [...phones.values()]);
  drawWho();
}

/** At phone width the bar says whose phone fills the screen. */
function drawWho() {
  const person = active && people.find(active);
  who.replaceChildren(el("b", {}, person?.name ?? ""), el("small", {}, person?.school ?? ""));
}

function bigText(on) {
  document.documentElement.classList.toggle("big", on);
  big.setAttribute("aria-pressed", String(on));
  localStorage.setItem("big", String(on));
}

function showPanel(on, keep = true) {
  document.body.classList.toggle("with-panel", on);
  fold.setAttribute("aria-expanded", String(on));
  panel.element.inert = !on;
  if (keep) localStorage.setItem("panel", String(on));
}
