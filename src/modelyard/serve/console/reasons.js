/** An explanation drawn: what each column adds, pieces of a text where they stand, or what would change the answer. */

import { make } from "./dom.js";
import { named, percent, say, short, signed } from "./language.js";
import { digits } from "./answer.js";
import { line, table } from "./parts.js";

const WORDS = 6; // pieces of a text that are bars too
const MOST = 15; // bars; what is left adds up in one more

/** Percentage points with two decimals, or as many as a small one needs. */
const points = (value) => (Math.abs(value) >= 0.01 || value === 0 ? signed(value, 2) : `${value < 0 ? "−" : "+"}${short(Math.abs(value), 2)}`);
const TRUTHS = { True: "yes", False: "no" };

const size = (share) => Math.abs(share.amount);

/** Columns' shares, the pieces of one text added up. */
function columns(shares) {
  const found = new Map();
  for (const share of shares) {
    const known = found.get(share.column);
    if (known) known.amount += share.amount;
    else found.set(share.column, { column: share.column, amount: share.amount, value: share.start == null ? share.value : "" });
  }
  return [...found.values()].sort((a, b) => size(b) - size(a));
}

function bar(share, largest, amount) {
  const width = `${(50 * size(share)) / largest}%`, up = share.amount >= 0;
  return make("li", { class: up ? "reason up" : "reason down" },
    make("span", { class: "what" }, make("strong", {}, share.column), share.value ? make("span", { class: "soft" }, ` = ${TRUTHS[share.value] ? say(TRUTHS[share.value]) : share.value}`) : null),
    make("span", { class: "plot", "aria-hidden": "true" }, make("i", { style: { width, [up ? "left" : "right"]: "50%" } })),
    make("b", {}, amount(share.amount)));
}

/** A text with what each piece adds laid behind it, where the pieces can be found in it. */
function marked(text, pieces, largest, amount) {
  const letters = Array.from(text), out = []; // Python counts characters, a script counts halves of some
  let place = 0;
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const shown = Array.from(piece.value), end = piece.start + shown.length;
    if (piece.start < place || letters.slice(piece.start, end).join("") !== piece.value) continue;
    out.push(letters.slice(place, piece.start).join(""));
    const strength = Math.round((9 * size(piece)) / largest);
    out.push(make("mark", { class: `${piece.amount >= 0 ? "up" : "down"} s${strength}`, title: amount(piece.amount) }, piece.value));
    place = end;
  }
  return out.length ? make("p", { class: "marked" }, ...out, letters.slice(place).join("")) : null;
}

function texts(shares, record, amount) {
  const pieces = shares.filter((share) => share.start != null);
  const largest = Math.max(...pieces.map(size), 1e-12);
  return [...new Set(pieces.map((share) => share.column))].map((column) => {
    const own = pieces.filter((share) => share.column === column);
    const drawn = marked(String(record[column] ?? ""), own, largest, amount);
    const words = [...own].sort((a, b) => size(b) - size(a)).slice(0, drawn ? WORDS : MOST);
    return make("section", { "aria-label": column }, make("h3", {}, say("words_of", { column })), drawn,
      drawn ? make("p", { class: "soft small" }, make("mark", { class: "up s3" }, say("adds")), " ", make("mark", { class: "down s3" }, say("takes"))) : null,
      make("ul", { class: "reasons" }, ...words.map((each) => bar({ ...each, column: each.value.trim() || column, value: "" }, largest, amount))));
  });
}

/** Shares of an answer as bars that lie right of the middle where they add, and left of it where they take. */
function added(why, record) {
  const probability = Boolean(why.of);
  const amount = (value) => (probability ? points(100 * value) : signed(value, 3));
  const whole = (value) => (probability ? percent(value) : digits(value));
  const all = columns(why.shares), shown = all.slice(0, MOST), rest = all.slice(MOST);
  if (rest.length) shown.push({ column: say("others", { count: rest.length }), amount: rest.reduce((sum, each) => sum + each.amount, 0), value: "" });
  const largest = Math.max(...shown.map(size), 1e-12);
  return [
    make("p", {}, say(probability ? "why_of" : "why_value", { of: why.of }), " ", make("strong", {}, whole(why.answer)), make("span", { class: "soft" }, ` · ${say("why_base", { base: whole(why.base) })}`)),
    probability ? make("p", { class: "soft small" }, say("in_points")) : null,
    all.length > 1 || why.shares.every((share) => share.start == null) ? make("ul", { class: "reasons", "aria-label": say("reasons") }, ...shown.map((each) => bar(each, largest, amount))) : null,
    ...texts(why.shares, record, amount),
  ];
}

function otherwise(told) {
  const whole = (value) => (told.of ? percent(value) : digits(value));
  if (!told.moves.length) return [make("p", {}, say("no_other"))];
  return [make("p", {}, say("other_answer", { of: told.of || say("value"), before: whole(told.before), after: whole(told.after) })),
    table(say("moves"), [say("column"), say("before"), say("after")], told.moves.map((move) => line(move.column, String(move.before ?? "–"), String(move.after ?? "–"))))];
}

const NOTES = { "the background is drawn": "note_background" };

/** Why a record was answered so. */
export function reasons(told, record) {
  const why = told.reasons?.[0] || told;
  const notes = (told.notes || []).map((note) => {
    const known = Object.entries(NOTES).find(([start]) => note.startsWith(start));
    return make("p", { class: "soft small", lang: known ? null : "en" }, known ? say(known[1]) : note);
  });
  return make("div", {}, make("p", { class: "soft small" }, named("method", told.method)), ...(why.moves ? otherwise(why) : added(why, record)), ...notes);
}
