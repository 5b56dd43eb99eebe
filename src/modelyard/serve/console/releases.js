/** Releases: the versions of a name, and one of them with its card. */

import { make } from "./dom.js";
import { figure, named, say, span, tag, when } from "./language.js";
import { domain, metric, ranges, told, verdict, whole } from "./intervals.js";
import { badges, empty, head, line, ofModels, table, title } from "./parts.js";
import { frame } from "./card.js";
import * as server from "./server.js";
import * as watch from "./watch.js";

const at = (name, release) => `#/releases/${encodeURIComponent(name)}/${release.key}`;

function passed(release) {
  if (!release.verdicts.length) return make("span", { class: "soft" }, say("no_gates"));
  const yes = release.verdicts.filter((each) => each.passed).length;
  return make("span", { class: `state ${yes === release.verdicts.length ? "well" : "ill"}` },
    make("i", { "aria-hidden": "true" }, yes === release.verdicts.length ? "✓" : "!"), say("gates_passed", { yes, all: release.verdicts.length }));
}

function row(name, release, scale) {
  const [main] = release.figures || [];
  return line(make("a", { class: "strong", href: at(name, release) }, title(release)),
    make("span", { class: "row tight" }, ...badges(release)),
    release.readable ? release.model || "–" : make("span", { class: "soft" }, say("gone")),
    main ? make("span", { class: "drawn" }, told(main), ranges([main], scale)) : "",
    passed(release),
    make("time", { datetime: release.made, class: "soft" }, when(release.made)),
    release.role === "stable" ? "" : make("a", { href: `#/compare/${encodeURIComponent(name)}/${release.key}/running`, "aria-label": say("compare_with_running_long", { version: title(release) }) }, say("compare_with_running")));
}

function list(name, releases) {
  const mains = releases.map((each) => each.figures?.[0]).filter(Boolean);
  const first = mains[0]?.metric;
  const heads = [say("release"), say("aliases"), say("learner"), first ? metric(first) : say("figure"), say("gates"), say("made"), { text: say("actions"), class: "unseen-head" }];
  return table(say("releases_of", { name }), heads, releases.map((each) => row(name, each, domain(mains))), "stacked");
}

function scores(release) {
  if (!release.figures) return empty(say(release.readable ? "not_here" : "gone_long"));
  return table(say("measured_on", { rows: release.rows.toLocaleString(tag()) }), [say("metric"), say("value"), say("interval"), { text: say("drawn"), class: "unseen-head" }],
    release.figures.map((each) => line(metric(each.metric), figure(each.value), span(each.low, each.high), ranges([each], whole(each)))), "figures");
}

async function one(name, release, signal) {
  const place = release.key;
  return [
    make("p", {}, make("a", { href: `#/releases/${encodeURIComponent(name)}` }, `← ${say("all_releases", { name })}`)),
    head(`${name} · ${title(release)}`, null, ...badges(release)),
    make("dl", { class: "facts" },
      make("div", {}, make("dt", {}, say("made")), make("dd", {}, when(release.made))),
      make("div", {}, make("dt", {}, say("task")), make("dd", {}, release.task ? named("task", release.task) : "–")),
      make("div", {}, make("dt", {}, say("learner")), make("dd", {}, release.model || "–")),
      make("div", {}, make("dt", {}, say("test_rows")), make("dd", {}, release.rows?.toLocaleString(tag()) ?? "–")),
      make("div", {}, make("dt", {}, say("digest")), make("dd", {}, make("code", { title: release.digest }, release.digest.slice(0, 12))))),
    release.doubt ? make("div", { class: "trouble" }, make("strong", {}, say("beware")), make("p", { lang: "en" }, release.doubt)) : null,
    make("div", { class: "split even" },
      make("section", { class: "card", "aria-label": say("gates") }, make("h2", {}, say("gates")),
        release.verdicts.length ? make("ul", { class: "verdicts" }, ...release.verdicts.map(verdict)) : empty(say("no_gates_long"))),
      make("section", { class: "card", "aria-label": say("figures") }, make("h2", {}, say("figures")), scores(release))),
    make("section", { "aria-label": say("card") },
      make("div", { class: "head" }, make("h2", {}, say("card")),
        server.key() ? null : make("a", { href: server.address(server.ofModel(name, `/releases/${place}/card`)), target: "_blank", rel: "noopener" }, say("card_alone"))),
      release.readable ? await frame(server.ofModel(name, `/releases/${place}/card`), say("card_of", { name, version: title(release) }), signal) : empty(say("gone_long"))),
  ].filter(Boolean);
}

export async function page([asked, version], signal) {
  const served = await server.models(signal);
  const name = served.some((each) => each.name === asked) ? asked : served[0].name;
  const releases = await server.releases(name, signal);
  watch.renew(served, signal);
  const release = version && releases.find((each) => each.key === version);
  if (release) return one(name, release, signal);
  const unreleased = releases.every((each) => each.version == null);
  return [head(say("releases"), say("releases_lead"), ofModels(served, name, "releases")),
    make("section", { class: "card flush", "aria-label": say("releases_of", { name }) }, list(name, releases)),
    unreleased ? make("p", { class: "note" }, say("no_yard")) : null,
    releases.length > 1 ? make("p", {}, make("a", { class: "button", href: `#/compare/${encodeURIComponent(name)}` }, say("compare_two"))) : null].filter(Boolean);
}
