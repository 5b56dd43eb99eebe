/** Figures with their 95% intervals, drawn on a line. */

import { make } from "./dom.js";
import { figure, language, named, say, span } from "./language.js";

/** The least and the largest of what is to be drawn together, with a little room. */
export function domain(figures, bound = []) {
  const ends = [...figures.flatMap((each) => [each.low ?? each.value, each.high ?? each.value]), ...bound].filter((each) => each != null);
  const low = Math.min(...ends), high = Math.max(...ends), room = (high - low || Math.abs(high) || 1) * 0.18;
  return [low - room, high + room];
}

/** From 0 to 1 for what always lies there, else around the figure. */
export const whole = (each) => ([each.value, each.low, each.high].every((one) => one == null || (one >= 0 && one <= 1)) ? [0, 1] : domain([each]));

const place = (value, [low, high]) => `${Math.min(Math.max((100 * (value - low)) / (high - low), 0), 100).toFixed(2)}%`;

function mark(each, scale, kind) {
  if (each.value == null) return [];
  const parts = [make("b", { class: `dot ${kind}`, style: { left: place(each.value, scale) } })];
  if (each.low != null && each.high != null) {
    const width = ((100 * (each.high - each.low)) / (scale[1] - scale[0])).toFixed(2);
    parts.unshift(make("i", { class: `whisker ${kind}`, style: { left: place(each.low, scale), width: `${width}%` } }));
  }
  return parts;
}

/** One figure, or several below each other on one scale; `bound` is what a gate asked for. */
export function ranges(figures, scale, bound = null) {
  const lines = figures.map((each, number) => make("span", { class: "range" }, ...mark(each, scale, figures.length < 2 ? "only" : number ? "second" : "first")));
  const limit = bound == null ? null : make("em", { class: "limit", style: { left: place(bound, scale) } });
  return make("span", { class: "ranges", "aria-hidden": "true" }, ...lines, limit);
}

/** A figure in words: its value, and the interval below it. */
export const told = (each, digits = 4) => make("span", { class: "told" }, make("b", {}, figure(each.value, digits)),
  each.low == null ? null : make("small", {}, span(each.low, each.high, digits)));

export const metric = (name) => named("metric", name);

const PLAIN = /^(\w+) is /, GROUPS = /^the (?:difference|ratio) of (\w+) on (.+?) is /;

/** Why a gate said so: its own words, or their figures put into Chinese where they are known. */
function reason(each) {
  const of = PLAIN.exec(each.reason), groups = GROUPS.exec(each.reason);
  if (language() === "en" || each.value == null || !(of || groups)) return make("p", { class: "soft", lang: "en" }, each.reason);
  const what = of ? metric(of[1]) : say("between_groups", { metric: metric(groups[1]), column: groups[2] });
  return make("p", { class: "soft", title: each.reason }, say("gate_reason", { what, value: figure(each.value), span: span(each.low, each.high) || "–" }));
}

/** What a gate said: the figure beside the bound. */
export function verdict(each) {
  const known = each.value != null;
  const shown = known ? ranges([each], domain([each], each.bound == null ? [] : [each.bound]), each.bound) : null;
  return make("li", { class: each.passed ? "passed" : "failed" },
    make("span", { class: "sign", "aria-hidden": "true" }, each.passed ? "✓" : "✕"),
    make("div", {}, make("p", {}, make("strong", {}, named("gate", each.gate)), " ", make("span", { class: each.passed ? "unseen" : "soft" }, say(each.passed ? "gate_yes" : "gate_no"))),
      reason(each)),
    known ? make("div", { class: "judged" }, shown, make("small", {}, figure(each.value)), each.bound == null ? null : make("small", {}, `${say("bound")} ${figure(each.bound)}`)) : null);
}
