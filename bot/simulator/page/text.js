/** Words of a bubble: addresses and telephone numbers become links, the rest stays text. */

import { el } from "./dom.js";

const LINKS = /https?:\/\/[!#-&(-;=?-~]+|(?<![\d-])0\d(?:[ -]?\d){7,8}(?![\d-])/gu; // ASCII: Thai may follow without a space
const TRAILING = /[.,;:!?)\]}»”'"]+$/u;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** True where a link may be opened: https and tel, and http on this very machine (the bot's own pages in the demo). */
export function isSafeLink(address) {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || protocol === "tel:" || (protocol === "http:" && LOOPBACK.has(hostname));
}

export function link(address, attributes, ...children) {
  const away = address.startsWith("tel:") ? {} : { target: "_blank" };
  return el("a", { href: address, rel: "noopener noreferrer", ...away, ...attributes }, ...children);
}

/** Returns nodes for `text`, with its links. */
export function words(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINKS)) {
    const found = match[0].startsWith("http") ? match[0].replace(TRAILING, "") : match[0];
    const address = found.startsWith("http") ? found : `tel:${found.replace(/\D/g, "")}`;
    nodes.push(text.slice(end, match.index), isSafeLink(address) ? link(address, {}, found) : found);
    end = match.index + found.length;
  }
  return [...nodes, text.slice(end)];
}

/** A textV2's words: {name} is a mention or an emoji, {{ and }} are braces. */
export function filledIn(message) {
  return message.text.replace(/\{\{|\}\}|\{(\w+)\}/gu, (whole, name) => {
    if (!name) return whole[0];
    return message.substitution?.[name]?.type === "mention" ? `@${name}` : "□";
  });
}
