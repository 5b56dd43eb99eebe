/** What each release of a name answers, side by side: the champion's, a canary's, a shadow's. */

import { make } from "./dom.js";
import { milliseconds, named, percent, say, short, tag } from "./language.js";
import { badge, line, table } from "./parts.js";
import { quantile } from "./prometheus.js";
import * as server from "./server.js";
import * as watch from "./watch.js";

const MOST = 4; // classes whose shares are told

const FIGURES = /^modelyard_release_(requests|rows|failed|compared|agreed)_total$/;
const ROLES = ["champion", "canary", "shadow", "before"];

/** What `/metrics` tells of each release, of all workers together. */
function counted() {
  const found = new Map();
  for (const { name, labels, value } of watch.sampled()) {
    if (!name.startsWith("modelyard_release_") || !labels.release) continue;
    const key = `${labels.model}\n${labels.release}`;
    if (!found.has(key)) found.set(key, { model: labels.model, release: labels.release, role: "before", share: 0, classes: [], buckets: [] });
    const one = found.get(key), figure = FIGURES.exec(name);
    if (figure) one[figure[1]] = value;
    else if (name === "modelyard_release_seconds_bucket") one.buckets.push([Number(labels.le.replace("+Inf", "Infinity")), value]);
    else if (name === "modelyard_release_answers_total") one.classes.push([labels.class, value]);
    else if (name === "modelyard_release_share") [one.role, one.share] = [labels.role, value];
  }
  return [...found.values()].sort((a, b) => a.model.localeCompare(b.model) || ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
}

/** A quantile of a release's seconds. */
function took({ buckets }, share) {
  const seconds = quantile([...buckets].sort(([a], [b]) => a - b), share);
  return milliseconds(seconds == null ? null : 1000 * seconds);
}

/** What a release answers: the share of each class, or the mean of its numbers. */
function answers({ classes, mean }) {
  const total = classes.reduce((sum, [, count]) => sum + count, 0);
  const shares = total ? [...classes].sort(([, a], [, b]) => b - a).slice(0, MOST) : [];
  if (shares.length) return shares.map(([name, count]) => `${name} ${percent(count / total, 0)}`).join(" · ");
  return mean == null ? "–" : `${say("mean")} ${short(mean, 4)}`;
}

const row = (one) => line(
  make("span", { class: "row tight" }, one.release.includes("@") ? one.release : `${one.model} ${one.release}`, badge(named("role", one.role), one.role)),
  one.share ? percent(one.share, 0) : "–", (one.requests ?? 0).toLocaleString(tag()), took(one, 0.5), took(one, 0.99), (one.failed ?? 0).toLocaleString(tag()),
  answers(one), one.compared ? percent(one.agreed / one.compared) : "–");

function trouble({ refused, promotion }) {
  const told = (refused || []).map((one) => say("refused_release", { release: one.release, problem: one.problem }));
  if (promotion?.withdrawn) told.push(say("withdrawn", promotion.withdrawn));
  if (promotion?.after) told.push(say("on_trial", { answered: promotion.answered.toLocaleString(), after: promotion.after.toLocaleString() }));
  return told.map((text) => make("p", { class: "note warn" }, text));
}

/** A section on the releases of the model that is chosen, or of all; what is no count is asked of `/traffic`. */
export function shares(models, chosen, signal) {
  const notes = make("div", { class: "stack" }), place = make("div", { class: "stack" });
  const means = new Map();
  let asking = false;
  async function ask() {
    const told = await Promise.all(models.map((each) => server.json(server.ofModel(each.name, "/traffic"), signal)));
    notes.replaceChildren(...told.filter((each) => !chosen() || each.name === chosen()).flatMap(trouble));
    for (const each of told) for (const one of each.releases) means.set(`${each.name}\n${one.release}`, one.mean);
  }
  function update() {
    if (!asking) {
      asking = true;
      ask().catch(() => {}).finally(() => { asking = false; }); // that the server does not answer is told by the page's own figures
    }
    const rows = counted().filter((one) => !chosen() || one.model === chosen());
    place.replaceChildren(table(say("by_release"), [say("release"), say("share"), say("requests"), "p50", "p99", say("errors_total"), say("answers"), say("agreement")],
      rows.map((one) => row({ ...one, mean: means.get(`${one.model}\n${one.release}`) })), "counts"));
  }
  return { element: make("section", { class: "card", "aria-label": say("by_release") }, make("h2", {}, say("by_release")), notes, place), update };
}
