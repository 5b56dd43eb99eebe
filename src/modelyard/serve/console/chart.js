/** Lines over time, drawn by hand. */

import { draw, make } from "./dom.js";
import { say } from "./language.js";

const WIDE = 600, HIGH = 160;
const LEAST = 30; // points that a chart has room for from the start

/** The least of 1, 2, 2.5, 5 times a power of ten that is at least so much. */
export function nice(most) {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 2.5, 5, 10].find((each) => each * power >= most * 0.999) * power;
}

/** How far up from the bottom a value lies, of 1: straight, or by its logarithm where the scale does not begin at 0. */
const up = (value, [low, top]) => (low > 0 ? Math.log(Math.max(value, low) / low) / Math.log(top / low) : value / top);

/** The ends of a scale for some values: powers of ten around them, or from 0 to a round number. */
export function ends(values, logarithmic) {
  const known = values.filter((each) => each != null && (!logarithmic || each > 0));
  if (!logarithmic) return [0, nice(Math.max(...known, 0))];
  if (!known.length) return [0.1, 10];
  const low = 10 ** Math.floor(Math.log10(Math.min(...known))), top = 10 ** Math.ceil(Math.log10(Math.max(...known)) + 1e-9);
  return [low, Math.max(top, low * 100)];
}

/** A path through the known points [slots]; a gap where one is not known. */
function path(values, slots, scale, high) {
  const offset = slots - values.length;
  let open = false;
  return values.map((value, place) => {
    if (value == null) { open = false; return ""; }
    const sign = open ? "L" : "M";
    open = true;
    return `${sign}${((WIDE * (offset + place)) / (slots - 1)).toFixed(1)} ${(high - high * up(value, scale)).toFixed(1)}`;
  }).join("");
}

/** The points of a path that stand alone; a line has no length there. */
const alone = (values) => values.map((value, place) => (value != null && values[place - 1] == null && values[place + 1] == null ? place : -1)).filter((place) => place >= 0);

function area({ values, kind }, slots, scale) {
  if (values.length < 2) return null;
  const from = (WIDE * (slots - values.length)) / (slots - 1);
  return draw("path", { class: `area ${kind}`, d: `M${from.toFixed(1)} ${HIGH}${path(values.map((each) => each ?? 0), slots, scale, HIGH).replace("M", "L")}L${WIDE} ${HIGH}Z` });
}

function picture(lines, slots, scale, filled) {
  const inside = [0, 0.5, 1].map((share) => draw("line", { class: "grid-line", x1: 0, x2: WIDE, y1: HIGH * share, y2: HIGH * share }));
  if (filled) inside.push(area(lines[0], slots, scale));
  for (const { values, kind } of lines) {
    inside.push(draw("path", { class: `line ${kind}`, d: path(values, slots, scale, HIGH) }));
    const offset = slots - values.length;
    for (const place of alone(values)) {
      const x = (WIDE * (offset + place)) / (slots - 1), y = HIGH - HIGH * up(values[place], scale);
      inside.push(draw("path", { class: `line point ${kind}`, d: `M${x.toFixed(1)} ${y.toFixed(1)}h.01` }));
    }
  }
  return draw("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...inside.filter(Boolean));
}

/** A chart of at most `most` points, one every so many seconds; `update(lines)` draws `{kind, label, values, shown}` anew. */
export function chart(title, most, every, { filled = false, logarithmic = false } = {}) {
  const plot = make("div", { class: "plotted" }), marks = [make("span"), make("span"), make("span")], legend = make("div", { class: "legend" }), past = make("span");
  const element = make("figure", { class: "card chart" }, make("figcaption", {}, make("strong", {}, title), legend),
    make("div", { class: "axes" }, make("div", { class: "scale", "aria-hidden": "true" }, ...marks), plot),
    make("div", { class: "times", "aria-hidden": "true" }, past, make("span", {}, say("now"))));
  const update = (lines, written) => {
    const slots = Math.min(Math.max(...lines.map(({ values }) => values.length), LEAST), most);
    const scale = ends(lines.flatMap(({ values }) => values), logarithmic), [low, top] = scale;
    plot.replaceChildren(picture(lines, slots, scale, filled));
    [top, low > 0 ? Math.sqrt(low * top) : top / 2, low].forEach((value, place) => { marks[place].textContent = written(value); });
    past.textContent = say("seconds_ago", { seconds: slots * every });
    legend.replaceChildren(...lines.map(({ kind, label, shown }) => make("span", { class: `key ${kind}` }, make("i", { "aria-hidden": "true" }), label ? `${label} ` : "", make("b", {}, shown))));
  };
  return { element, update };
}

/** A small line without axes. */
export function sparkline(values, slots = 60) {
  const last = values.slice(-slots), top = nice(Math.max(...last.map((each) => each ?? 0), 0));
  return draw("svg", { viewBox: `0 0 ${WIDE} 60`, preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("line", { class: "grid-line", x1: 0, x2: WIDE, y1: 59, y2: 59 }), draw("path", { class: "line one", d: path(last, slots, [0, top * 1.1], 58) }));
}
