/** Hearing a talk: long polls that survive a restart of the server and leave the browser free sockets. */

import { Refused, line, talk } from "./api.js";

const WAIT = 20; // seconds
const PAUSE = 1000; // ms between short polls, where no long poll is to be had
const RETRY = [300, 700, 1500, 3000]; // ms

// A browser opens six connections to a host for all its tabs together. Four at most may be kept waiting, or a tap
// would wait behind them; phones beyond that ask once a second.
const SLOTS = ["phone-poll-1", "phone-poll-2", "phone-poll-3", "phone-poll-4"];

const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function withSlot(work) {
  for (const slot of navigator.locks ? SLOTS : []) {
    const done = await navigator.locks.request(slot, { ifAvailable: true }, (held) => (held ? work(WAIT).then((news) => ({ news })) : null));
    if (done) return done.news;
  }
  await rest(PAUSE);
  return work(0);
}

/**
 * Calls `hear(news, whole)` with each piece of news until the signal aborts.
 * `whole` says that the news is the talk from its beginning: at first, and after the server was away.
 */
export async function listen(user, hear, signal) {
  let after = 0;
  let life = "";
  let whole = true;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const news = whole ? await talk(user, 0, "", 0, signal) : await withSlot((wait) => talk(user, after, life, wait, signal));
      hear(news, whole || news.life !== life); // another life of the server answers with its talk from the beginning
      [after, life, whole, failures] = [news.seq, news.life, false, 0];
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Refused) && line.up) console.warn("ฟังบทสนทนาไม่สำเร็จ", error);
      whole = true;
      await rest(RETRY[Math.min(failures++, RETRY.length - 1)]);
    }
  }
}
