/** What a tap does, as LINE does it on a telephone. */

import { people } from "./people.js";
import { askMoment } from "./picker-moment.js";
import { isSafeLink } from "./text.js";

const ACTIONS = { postback, message, uri, datetimepicker, clipboard, camera, cameraRoll: camera, location: place };

/** Actions whose quick replies stay after the tap (LINE's guide on quick replies). */
export const STAYING = new Set(["camera", "cameraRoll", "location", "datetimepicker"]);

export function perform(action, phone) {
  if (Object.hasOwn(ACTIONS, action?.type)) ACTIONS[action.type](action, phone);
  else phone.notice(`ไม่รู้จักปุ่มชนิด ${String(action?.type)}`);
}

function postback(action, phone) {
  phone.tap(action.data, action.displayText ?? null);
  if (action.inputOption === "openKeyboard") phone.fill(action.fillInText ?? "");
  if (action.inputOption === "openVoice") phone.choose("audio");
}

function message(action, phone) {
  phone.say(action.text);
}

function uri(action, phone) {
  if (!isSafeLink(action.uri)) return phone.notice(`หน้าสาธิตไม่เปิดลิงก์นี้: ${action.uri}`);
  if (action.uri.startsWith("tel:")) location.assign(action.uri);
  else window.open(action.uri, "_blank", "noopener,noreferrer");
}

async function datetimepicker(action, phone) {
  const value = await askMoment(action, people.now());
  if (value) phone.tap(action.data, null, { [action.mode]: value });
}

async function clipboard(action, phone) {
  await phone.copy(action.clipboardText);
}

function camera(action, phone) {
  phone.choose("image");
}

function place(action, phone) {
  phone.sendLocation();
}
