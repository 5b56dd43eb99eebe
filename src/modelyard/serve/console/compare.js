/** Compare: two releases of a name, side by side, from what their reports say. */

import { make } from "./dom.js";
import { amount, milliseconds, say, short, signed, when } from "./language.js";
import { domain, metric, ranges, told } from "./intervals.js";
import { badges, choice, empty, head, line, ofModels, table, title } from "./parts.js";
import { difference, excerpt } from "./lines.js";
import * as server from "./server.js";

const overlap = (one, two) => one.low == null || two.low == null || (one.low <= two.high && two.low <= one.high);

/** What two figures say of the second; intervals that overlap decide nothing. */
function verdict(one, two, higher) {
  if (one.value == null || two.value == null) return make("span", { class: "soft" }, say("not_defined"));
  if (overlap(one, two)) return make("span", { class: "soft" }, say("overlap"));
  if (higher == null) return make("span", { class: "state" }, say("apart"));
  const better = two.value > one.value === higher;
  return make("span", { class: `state ${better ? "b" : "a"}` }, make("i", { "aria-hidden": "true" }, better ? "B" : "A"), say(better ? "b_better" : "a_better"));
}

function pair(name, one, two, higher) {
  if (!one || !two) return line(name, one ? told(one) : "–", two ? told(two) : "–", "", "", "");
  return line(name, told(one), told(two), one.value == null || two.value == null ? "–" : signed(two.value - one.value),
    ranges([one, two], domain([one, two])), verdict(one, two, higher));
}

const heads = (what, sides) => [what, ...sides, say("difference"), { text: say("drawn"), class: "wide" }, say("says")];

function metrics(reports, sides) {
  const whole = reports.map((each) => new Map(each.scores.filter((score) => score.slice == null).map((score) => [score.metric, score])));
  const names = [...new Set([...whole[0].keys(), ...whole[1].keys()])];
  return table(say("figures"), heads(say("metric"), sides), names.map((name) =>
    pair(metric(name), whole[0].get(name), whole[1].get(name), reports[1].higher_is_better[name] ?? reports[0].higher_is_better[name])), "pairs");
}

function fairness(reports, sides) {
  const known = reports.map((each) => new Map((each.disparities || []).filter((one) => one.kind === "difference").map((one) => [`${one.column}\n${one.metric}`, one])));
  const keys = [...new Set([...known[0].keys(), ...known[1].keys()])];
  if (!keys.length) return empty(say("no_groups"));
  return table(say("fairness"), heads(say("apart_on"), sides), keys.map((key) => {
    const [column, name] = key.split("\n");
    return pair([metric(name), make("small", { class: "soft block" }, column)], known[0].get(key), known[1].get(key), false);
  }), "pairs");
}

const COSTS = [
  ["cost_p50", (cost) => cost.p50, milliseconds], ["cost_p99", (cost) => cost.p99, milliseconds], ["cost_size", (cost) => cost.size, (value) => amount(value, "B", 0)],
  ["cost_million", (cost) => cost.million, (value, cost) => `${short(value)} ${cost.currency}`],
  ["cost_training", (cost) => cost.training.seconds, (value) => amount(value, "s")],
  ["cost_energy", (cost) => cost.training.kwh * 1000, (value) => amount(value, "Wh")],
  ["cost_carbon", (cost) => cost.training.co2e, (value) => amount(value, "g", -2)],
];

function costs(reports, sides) {
  if (!reports.some((each) => each.cost)) return empty(say("no_costs"));
  return table(say("costs"), [say("what"), ...sides, say("times")], COSTS.map(([word, read, shown]) => {
    const [one, two] = reports.map((each) => (each.cost ? read(each.cost) : null));
    return line(say(word), one == null ? "–" : shown(one, reports[0].cost), two == null ? "–" : shown(two, reports[1].cost), one && two ? `× ${short(two / one)}` : "–");
  }), "pairs");
}

const SIGNS = { same: " ", gone: "−", come: "+", skipped: " " };

function recipes(texts) {
  const lines = difference(...texts);
  if (lines.every((each) => each.kind === "same")) return empty(say("same_recipe"));
  return make("div", { class: "diff", tabindex: 0, role: "group", "aria-label": say("recipe") }, ...excerpt(lines).map(({ kind, text }) =>
    make("div", { class: kind }, make("span", { class: "sign", "aria-hidden": "true" }, SIGNS[kind]),
      kind === "same" || kind === "skipped" ? null : make("span", { class: "unseen" }, say(`line_${kind}`)), make("code", {}, text || " "))));
}

const side = (letter, release, pick) => make("div", { class: `card side ${letter}` }, make("span", { class: "letter", "aria-hidden": "true" }, letter.toUpperCase()),
  make("div", {}, pick, make("p", { class: "row tight" }, ...badges(release), make("span", { class: "soft" }, [release.model, when(release.made)].filter(Boolean).join(" · ")))));

async function both(name, pair_, picks, signal) {
  const paths = pair_.map((each) => server.ofModel(name, `/releases/${each.key}`));
  const reports = await Promise.all(paths.map((each) => server.json(`${each}/report`, signal)));
  const texts = await Promise.all(paths.map((each) => server.text(`${each}/recipe`, signal)));
  const sides = [`A · ${title(pair_[0])}`, `B · ${title(pair_[1])}`];
  const alike = reports[0].test_digest === reports[1].test_digest;
  const section = (word, lead, content) => make("section", { class: "card", "aria-label": say(word) }, make("h2", {}, say(word)), lead ? make("p", { class: "soft" }, say(lead)) : null, content);
  return [
    make("div", { class: "sides" }, side("a", pair_[0], picks[0]), side("b", pair_[1], picks[1])),
    make("p", { class: alike ? "note" : "note warn" }, say(alike ? "same_rows" : "other_rows")),
    section("figures", "figures_lead", metrics(reports, sides)),
    section("fairness", "fairness_lead", fairness(reports, sides)),
    section("costs", null, costs(reports, sides)),
    section("recipe", "recipe_lead", recipes(texts)),
  ];
}

/** Which release a word of the address means. */
const meant = (releases, word, otherwise) => releases.find((each) => (word === "running" ? each.role === "stable" : each.key === word)) || otherwise;

export async function page([asked, first, second], signal) {
  const served = await server.models(signal);
  const name = served.some((each) => each.name === asked) ? asked : served[0].name;
  const releases = await server.releases(name, signal);
  const readable = releases.filter((each) => each.readable);
  if (readable.length < 2) {
    return [head(say("compare"), say("compare_lead"), ofModels(served, name, "compare")), make("div", { class: "card" }, empty(say("one_release")))];
  }
  const two = meant(readable, second, readable[0]);
  const one = meant(readable, first, readable.find((each) => each !== two));
  const go = (a, b) => { location.hash = `#/compare/${encodeURIComponent(name)}/${a}/${b}`; };
  const options = readable.map((each) => [each.key, [title(each), ...each.aliases].join(" · ")]);
  const picks = [choice(say("release_a"), options, one.key, (value) => go(value, two.key)), choice(say("release_b"), options, two.key, (value) => go(one.key, value))];
  return [head(say("compare"), say("compare_lead"), ofModels(served, name, "compare")), ...await both(name, [one, two], picks, signal)];
}
