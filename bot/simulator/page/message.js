/** Draws one message of a talk: its bubble, what it quotes, its time. */

import { mediaAddress } from "./api.js";
import { botFace, button, el, icon } from "./dom.js";
import { drawFlex, unknown } from "./flex.js";
import { filledIn, words } from "./text.js";
import { hour } from "./thaidate.js";

const BODIES = { text: plain, textV2: plain, image, video, audio, file, sticker, location: place, flex };
const NAMES = { image: "รูปภาพ", video: "วิดีโอ", audio: "ข้อความเสียง", sticker: "สติกเกอร์", location: "ตำแหน่งที่ตั้ง" };
const WITHOUT_BUBBLE = new Set(["flex", "image", "video", "sticker"]);

/** The message in one line, as a quote or the clipboard shows it. */
export function summary(message) {
  if (message.type === "text") return message.text;
  if (message.type === "textV2") return filledIn(message);
  if (message.type === "flex") return message.altText ?? "";
  if (message.type === "file") return message.fileName ?? "ไฟล์";
  return NAMES[message.type] ?? message.type;
}

/**
 * @param {Object} item an item of the phone API's talk
 * @param {Object} phone performs what is tapped
 * @param {Object|null} quoted the item quoted, where it is known
 */
export function drawMessage(item, phone, quoted) {
  const mine = item.from === "me";
  const bubble = item.unsent ? takenBack(item) : said(item, phone, quoted);
  Object.assign(bubble.dataset, { testid: "bubble", id: item.id, from: item.from, type: item.message.type, unsent: String(item.unsent) });
  return el("div", { class: `row ${mine ? "me" : "bot"} ${item.message.type}` },
    mine ? null : botFace(),
    el("span", { class: "aside" }, mine ? "ท่าน: " : "รายงาน: "),
    bubble,
    el("div", { class: "meta" },
      item.unsent ? null : button({ class: "more", testid: "bubble-more", "aria-label": "ตัวเลือกของข้อความนี้", "aria-haspopup": "menu", onclick: (event) => phone.openMenu(item, event.currentTarget) }, icon("more")),
      mine ? el("span", { class: "read" }, "อ่านแล้ว") : null,
      el("time", { datetime: item.at }, hour(item.at))));
}

function takenBack() {
  return el("div", { class: "bubble unsent" }, "ยกเลิกข้อความแล้ว");
}

function said(item, phone, quoted) {
  const known = Object.hasOwn(BODIES, item.message.type);
  const body = known ? BODIES[item.message.type](item, phone) : [unknown(item.message)];
  const bare = WITHOUT_BUBBLE.has(item.message.type) && !item.quoted;
  return el("div", { class: `bubble ${bare ? "bare" : ""}` }, item.quoted ? quote(quoted, phone) : null, ...body);
}

function quote(quoted, phone) {
  const whom = !quoted || quoted.from === "bot" ? "รายงาน" : "ท่าน";
  const what = !quoted ? "ข้อความเดิม" : quoted.unsent ? "ยกเลิกข้อความแล้ว" : summary(quoted.message);
  return button({ class: "quoted", testid: "quoted", onclick: () => quoted && phone.show(quoted.id) }, el("b", {}, whom), el("span", {}, what));
}

function plain({ message }) {
  return [el("p", { class: "words" }, ...words(message.type === "textV2" ? filledIn(message) : message.text))];
}

/** Where a media message's bytes are: ours by id; the bot's own only if this very host serves them. */
function source({ id, from, message }) {
  if (from === "me") return mediaAddress(id);
  const address = message.originalContentUrl ?? "";
  return URL.canParse(address, location.href) && new URL(address, location.href).origin === location.origin ? address : null;
}

const elsewhere = (what) => el("p", { class: "words" }, `${what}จากที่อื่น ไม่โหลดในหน้าสาธิต`);

function image(item, phone) {
  const address = source(item);
  if (!address) return [elsewhere("รูป")];
  const picture = el("img", { src: address, alt: "รูปภาพ" });
  const open = button({ class: "photo", "aria-label": "เปิดรูปภาพ", onclick: () => phone.enlarge(address) }, picture);
  picture.addEventListener("error", () => open.replaceWith(el("p", { class: "words" }, "รูปภาพ (แสดงไม่ได้)")));
  return [open];
}

function video(item) {
  const address = source(item);
  return [address ? el("video", { src: address, controls: true, preload: "metadata" }) : elsewhere("วิดีโอ")];
}

function audio(item) {
  const address = source(item);
  return [address ? el("audio", { src: address, controls: true, preload: "metadata", "aria-label": "ข้อความเสียง" }) : elsewhere("เสียง")];
}

function file(item) {
  const { fileName, fileSize } = item.message;
  const about = [el("b", {}, fileName ?? "ไฟล์"), el("small", {}, fileSize === undefined ? "ไฟล์" : size(fileSize))];
  return [el("a", { class: "file", href: mediaAddress(item.id), download: fileName ?? true }, icon("file"), el("span", {}, ...about))];
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function sticker({ message }) {
  return [el("span", { class: "sticker", role: "img", "aria-label": `สติกเกอร์ ${message.keywords?.join(" ") ?? ""}` }, icon("smile"), el("small", {}, "สติกเกอร์"))];
}

function place({ message }) {
  const { title, address, latitude, longitude } = message;
  return [el("div", { class: "place" }, icon("place"), el("span", {}, el("b", {}, title ?? "ตำแหน่งที่ตั้ง"), el("small", {}, address ?? `${latitude}, ${longitude}`)))];
}

function flex({ message }, phone) {
  const drawn = drawFlex(message.contents, phone);
  drawn.setAttribute("aria-label", message.altText ?? "การ์ด");
  if (!drawn.hasAttribute("role")) drawn.setAttribute("role", "group");
  return [drawn];
}
