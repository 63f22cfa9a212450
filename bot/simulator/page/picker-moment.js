/** The date and time picker of a datetimepicker action. */

import { button, el } from "./dom.js";
import { picked } from "./thaidate.js";

const INPUTS = { date: "date", time: "time", datetime: "datetime-local" };
const LENGTH = { date: 10, time: 5, datetime: 16 };

/** Resolves to a value such as LINE's `params` carry ("2026-01-09T13:30"), or to null where nothing was chosen. */
export function askMoment(action, now) {
  const { promise, resolve } = Promise.withResolvers();
  const input = el("input", { ...limits(action), type: INPUTS[action.mode] ?? "date", testid: "moment-input", "aria-label": "วันเวลา", value: start(action, now) });
  const echo = el("p", { class: "echo", testid: "moment-echo", "aria-live": "polite" });
  const tell = () => { echo.textContent = input.value ? picked(action.mode, input.value) : "ยังไม่ได้เลือก"; };
  const dialog = el("dialog", { class: "sheet moment", testid: "moment", "aria-label": "เลือกวันเวลา" },
    el("h2", {}, action.label ?? "เลือกวันเวลา"), input, echo,
    el("div", { class: "choices" },
      button({ class: "quiet", onclick: () => dialog.close() }, "ไม่เลือก"),
      button({ class: "strong", testid: "moment-ok", onclick: () => { if (input.reportValidity() && input.value) dialog.close(input.value); } }, "ตกลง")));
  input.addEventListener("input", tell);
  dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue || null); });
  document.body.append(dialog);
  tell();
  dialog.showModal();
  return promise;
}

/** LINE writes "2026-01-09t13:30"; browsers want a capital T. */
const native = (value) => value?.replace("t", "T") ?? null;
const limits = (action) => ({ min: native(action.min), max: native(action.max) });

function start(action, now) {
  if (action.initial) return native(action.initial);
  const bangkok = new Date(now + 7 * 3600 * 1000).toISOString();
  return action.mode === "time" ? bangkok.slice(11, 16) : bangkok.slice(0, LENGTH[action.mode] ?? 10);
}
