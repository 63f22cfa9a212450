/** Dates as Thai offices write them: Bangkok time, Buddhist era, whatever zone the browser is in. */

const DAYS = ["อา.", "จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส."];
const MONTHS = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."];
const BANGKOK_MS = 7 * 60 * 60 * 1000; // Thailand keeps no summer time

/** The moment shifted so that its UTC fields read as Bangkok's clock. */
const inBangkok = (moment) => new Date(new Date(moment).getTime() + BANGKOK_MS);
const two = (number) => String(number).padStart(2, "0");

/** 08:30 */
export function hour(moment) {
  const at = inBangkok(moment);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** จ. 5 ม.ค. 2569 */
export function day(moment) {
  const at = inBangkok(moment);
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear() + 543}`;
}

/** จ. 5 ม.ค. 2569 08:30 น. */
export const moment = (at) => `${day(at)} ${hour(at)} น.`;

/** A picker's value ("2026-01-09", "13:30", "2026-01-09T13:30") in words. */
export function picked(mode, value) {
  if (mode === "time") return `${value} น.`;
  const at = `${value.length === 10 ? `${value}T00:00` : value}+07:00`;
  return mode === "date" ? day(at) : moment(at);
}

/** 3 วัน 2 ชม. */
export function span(seconds) {
  const hours = Math.round(seconds / 3600);
  const parts = [[Math.floor(hours / 24), "วัน"], [hours % 24, "ชม."]];
  return parts.filter(([count]) => count > 0).map((part) => part.join(" ")).join(" ");
}
