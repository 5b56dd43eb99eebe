/** An answer drawn: probabilities as bars, or a number with its interval. */

import { make } from "./dom.js";
import { percent, say, short } from "./language.js";
import { domain, ranges } from "./intervals.js";

const MOST = 12; // classes that are drawn

export const digits = (value) => (Math.abs(value) >= 1000 ? value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 0 }) : short(value, 5));

function share([name, value], chosen) {
  return make("li", { class: chosen ? "share first" : "share" }, make("span", {}, name), make("b", {}, percent(value)),
    make("span", { class: "bar", "aria-hidden": "true" }, make("i", { style: { width: `${(100 * value).toFixed(1)}%` } })));
}

/** The answer to one record. */
export function answer(one) {
  const chosen = String(one.prediction);
  if (!one.probabilities) {
    const known = one.low != null;
    return make("div", {}, make("p", { class: "said" }, digits(one.prediction)),
      known ? make("p", { class: "soft" }, say("between", { low: digits(one.low), high: digits(one.high) })) : null,
      known ? ranges([{ value: one.prediction, low: one.low, high: one.high }], domain([{ value: one.prediction, low: one.low, high: one.high }])) : null);
  }
  const shares = Object.entries(one.probabilities).sort(([, a], [, b]) => b - a);
  return make("div", {}, make("p", { class: "said" }, chosen), make("ul", { class: "shares", "aria-label": say("probabilities") },
    ...shares.slice(0, MOST).map((each) => share(each, each[0] === chosen))), shares.length > MOST ? make("p", { class: "soft" }, say("more_classes", { count: shares.length - MOST })) : null);
}
