/** What each release of a name answers, side by side: the champion's, a canary's, a shadow's. */

import { make } from "./dom.js";
import { milliseconds, named, percent, say, short } from "./language.js";
import { badge, line, table } from "./parts.js";
import * as server from "./server.js";

const MOST = 4; // classes whose shares are told

const seconds = (value) => milliseconds(value == null ? null : 1000 * value);

/** What a release answers: the share of each class, or the mean of its numbers. */
function answers({ classes, mean }) {
  const shares = Object.entries(classes || {}).sort(([, a], [, b]) => b - a);
  if (shares.length) return shares.slice(0, MOST).map(([name, share]) => `${name} ${percent(share, 0)}`).join(" · ");
  return mean == null ? "–" : `${say("mean")} ${short(mean, 4)}`;
}

const row = (one) => line(make("span", { class: "row tight" }, one.release, badge(named("role", one.role), one.role)),
  one.role === "before" || one.role === "shadow" ? "–" : percent(one.share, 0), one.requests.toLocaleString(), seconds(one.p50_seconds), seconds(one.p99_seconds),
  one.errors.toLocaleString(), answers(one), one.agreement == null ? "–" : percent(one.agreement));

function trouble({ refused, promotion }) {
  const told = (refused || []).map((one) => say("refused_release", { release: one.release, problem: one.problem }));
  if (promotion?.withdrawn) told.push(say("withdrawn", promotion.withdrawn));
  if (promotion?.after) told.push(say("on_trial", { answered: promotion.answered.toLocaleString(), after: promotion.after.toLocaleString() }));
  return told.map((text) => make("p", { class: "note warn" }, text));
}

/** A section that asks for each look what the releases do. */
export function shares(models, chosen, signal) {
  const place = make("div", { class: "stack" });
  let asking = false;
  async function update() {
    if (asking) return;
    asking = true;
    try {
      const wanted = models.filter((each) => !chosen() || each.name === chosen());
      const told = await Promise.all(wanted.map((each) => server.json(server.ofModel(each.name, "/traffic"), signal)));
      const releases = told.flatMap((each) => each.releases.map((one) => ({ ...one, release: one.release.includes("@") ? one.release : `${each.name} ${one.release}` })));
      place.replaceChildren(...told.flatMap(trouble), table(say("by_release"),
        [say("release"), say("share"), say("requests"), "p50", "p99", say("errors_total"), say("answers"), say("agreement")], releases.map(row), "counts"));
    } catch {
      // The page's own figures tell that the server does not answer.
    }
    asking = false;
  }
  return { element: make("section", { class: "card", "aria-label": say("by_release") }, make("h2", {}, say("by_release")), place), update };
}
