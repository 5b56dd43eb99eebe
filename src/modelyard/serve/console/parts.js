/** Small parts that several pages are made of. */

import { fresh, make } from "./dom.js";
import { named, say } from "./language.js";

/** The head of a page, and a sentence on what it is for. */
export const head = (title, lead, ...beside) => make("div", { class: "head" },
  make("div", {}, make("h1", { tabindex: -1 }, title), lead ? make("p", { class: "lead" }, lead) : null),
  beside.length ? make("div", { class: "row" }, ...beside) : null);

/** What went wrong, in the server's own words where it gave some. */
export function troubled(error) {
  const items = (error.problems || []).map(({ problem, where, hint }) => make("li", {},
    where ? make("code", {}, where) : null, where ? " " : null, problem, hint ? ` (${hint})` : null));
  const title = error.status ? say(error.status === 401 ? "key_needed" : error.status === 403 ? "key_may_not" : "refused") : say("unreachable");
  return make("div", { class: "trouble", role: "alert" }, make("strong", {}, title), items.length ? make("ul", {}, ...items) : null,
    error.request ? make("p", { class: "soft" }, say("request"), " ", make("code", {}, error.request)) : null);
}

export const badge = (text, kind = "") => make("span", { class: `badge ${kind}` }, text);

/** Whether a thing is well, by a sign and a word, never by colour alone. */
export const state = (well, text) => make("span", { class: `state ${well ? "well" : "ill"}` }, make("i", { "aria-hidden": "true" }, well ? "✓" : "!"), text);

/** The badges of a release. */
export const badges = (release) => [
  ...release.aliases.map((alias) => badge(named("alias", alias), alias)),
  release.version != null && release.role ? badge(say(`role_${release.role}`), release.role) : null,
];

export const title = (release) => (release.version == null ? say("running_bundle") : say("version", { version: release.version }));

/** A labelled list to choose from. */
export function choice(label, options, value, onchange) {
  const id = fresh("choice");
  const select = make("select", { id, onchange: (event) => onchange(event.target.value) },
    ...options.map(([key, text]) => make("option", { value: key, selected: key === value }, text)));
  return make("div", { class: "choice" }, make("label", { for: id }, label), select);
}

/** A choice among models, where there are several. */
export const ofModels = (models, name, page) => (models.length < 2 ? null
  : choice(say("model"), models.map((each) => [each.name, each.name]), name, (value) => { location.hash = `#/${page}/${encodeURIComponent(value)}`; }));

/** A table with a caption that screen readers read; narrow screens may scroll it. */
export function table(caption, heads, rows, kind = "") {
  for (const row of rows) [...row.cells].forEach((cell, place) => cell.setAttribute("data-head", heads[place]?.text ?? heads[place] ?? ""));
  const head_ = heads.map((each) => make("th", { scope: "col", class: each.class || "" }, each.text ?? each));
  return make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    make("table", { class: kind }, make("caption", { class: "unseen" }, caption), make("thead", {}, make("tr", {}, ...head_)), make("tbody", {}, ...rows)));
}

/** A row of a table; its first cell is its head. */
export const line = (first, ...cells) => make("tr", {}, make("th", { scope: "row" }, first), ...cells.map((cell) =>
  (cell instanceof Node && cell.tagName === "TD" ? cell : make("td", {}, cell))));

export const fold = (summary, ...inside) => make("details", {}, make("summary", {}, summary), ...inside);
export const empty = (text) => make("p", { class: "empty" }, text);
