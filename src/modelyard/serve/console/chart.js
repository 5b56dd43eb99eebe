/** Lines over time, drawn by hand. */

import { draw, make } from "./dom.js";
import { say } from "./language.js";

const WIDE = 600, HIGH = 160;

/** The least of 1, 2, 2.5, 5 times a power of ten that is at least so much. */
export function nice(most) {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].find((each) => each * power >= most * 0.999) * power;
}

/** A path through the known points [slots]; a gap where one is not known. */
function path(values, slots, top, high) {
  const offset = slots - values.length;
  let open = false;
  return values.map((value, place) => {
    if (value == null) { open = false; return ""; }
    const sign = open ? "L" : "M";
    open = true;
    return `${sign}${((WIDE * (offset + place)) / (slots - 1)).toFixed(1)} ${(high - (high * value) / top).toFixed(1)}`;
  }).join("");
}

/** The points of a path that stand alone; a line has no length there. */
const alone = (values) => values.map((value, place) => (value != null && values[place - 1] == null && values[place + 1] == null ? place : -1)).filter((place) => place >= 0);

function area(values, slots, top) {
  if (values.length < 2) return null;
  const from = (WIDE * (slots - values.length)) / (slots - 1);
  return draw("path", { class: "area", d: `M${from.toFixed(1)} ${HIGH}${path(values.map((each) => each ?? 0), slots, top, HIGH).replace("M", "L")}L${WIDE} ${HIGH}Z` });
}

function picture(lines, slots, top, filled) {
  const inside = [0, 0.5, 1].map((share) => draw("line", { class: "grid-line", x1: 0, x2: WIDE, y1: HIGH * share, y2: HIGH * share }));
  if (filled) inside.push(area(lines[0].values, slots, top));
  for (const { values, kind } of lines) {
    inside.push(draw("path", { class: `line ${kind}`, d: path(values, slots, top, HIGH) }));
    const offset = slots - values.length;
    for (const place of alone(values)) {
      const x = (WIDE * (offset + place)) / (slots - 1), y = HIGH - (HIGH * values[place]) / top;
      inside.push(draw("path", { class: `line point ${kind}`, d: `M${x.toFixed(1)} ${y.toFixed(1)}h.01` }));
    }
  }
  return draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...inside.filter(Boolean));
}

/** A chart; `update(lines)` draws it anew from `{kind, label, values, shown}` each. */
export function chart(title, unit, slots, { filled = false, seconds = 300 } = {}) {
  const plot = make("div", { class: "plotted" }), top_ = make("span"), middle = make("span"), legend = make("div", { class: "legend" });
  const element = make("figure", { class: "card chart" }, make("figcaption", {}, make("strong", {}, title), legend),
    make("div", { class: "axes" }, make("div", { class: "scale", "aria-hidden": "true" }, top_, middle, make("span", {}, `0 ${unit}`)), plot),
    make("div", { class: "times", "aria-hidden": "true" }, make("span", {}, say("minutes_ago", { minutes: Math.round(seconds / 60) })), make("span", {}, say("now"))));
  const update = (lines, written) => {
    const top = nice(Math.max(...lines.flatMap(({ values }) => values.map((each) => each ?? 0)), 0));
    plot.replaceChildren(picture(lines, slots, top, filled));
    top_.textContent = written(top);
    middle.textContent = written(top / 2);
    legend.replaceChildren(...lines.map(({ kind, label, shown }) => make("span", { class: `key ${kind}` }, make("i", { "aria-hidden": "true" }), label ? `${label} ` : "", make("b", {}, shown))));
  };
  return { element, update };
}

/** A small line without axes. */
export function sparkline(values, slots = 60) {
  const last = values.slice(-slots), top = nice(Math.max(...last.map((each) => each ?? 0), 0));
  return draw("svg", { viewBox: `0 0 ${WIDE} 60`, preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("line", { class: "grid-line", x1: 0, x2: WIDE, y1: 59, y2: 59 }), draw("path", { class: "line one", d: path(last, slots, top * 1.1, 58) }));
}
