/** The phone's own API of the stand-in platform. Every address is on this page's own host. */

const BASE = "/phone/api/";

/** The server answered, and said no. `message` is its reason. */
export class Refused extends Error {}

/** Nobody answered. Listeners hear "change" when the line goes or comes back. */
class Line extends EventTarget {
  up = true;

  is(up) {
    if (up === this.up) return;
    this.up = up;
    this.dispatchEvent(new Event("change"));
  }
}
export const line = new Line();

async function ask(path, options) {
  let response;
  let answer;
  try {
    response = await fetch(BASE + path, options);
    answer = await response.json(); // it breaks off where the server ends in the middle of its answer
  } catch (error) {
    if (error.name !== "AbortError") line.is(false);
    throw error;
  }
  line.is(response.status < 500);
  if (!response.ok) throw new Refused(answer.error ?? `เซิร์ฟเวอร์ตอบ ${response.status}`);
  return answer;
}

const query = (fields) => new URLSearchParams(fields).toString();

export const state = () => ask("state");

/** What was said after `after`, as that life of the server counted; waits up to `wait` seconds for news. */
export const talk = (user, after, life, wait, signal) => ask(`talk?${query({ user, after, wait, ...(life && { life }) })}`, { signal });

export function post(verb, body) {
  return ask(verb, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Sends one file; `set` ({set, index, total}) joins photos that were chosen together. */
export function upload(user, kind, file, set = {}) {
  return ask(`media?${query({ user, kind, name: file.name, ...set })}`, {
    method: "POST",
    headers: { "Content-Type": file.type || "application/octet-stream" },
    body: file,
  });
}

export const menuAddress = (id) => `${BASE}menu/${encodeURIComponent(id)}`;

export const mediaAddress = (id) => `${BASE}media/${encodeURIComponent(id)}`;
