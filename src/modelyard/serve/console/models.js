/** Models: what is served, and how it does. */

import { make } from "./dom.js";
import { milliseconds, named, percent, say, short } from "./language.js";
import { metric, ranges, told, whole } from "./intervals.js";
import { badge, badges, head, state, title } from "./parts.js";
import { sparkline } from "./chart.js";
import * as server from "./server.js";
import * as watch from "./watch.js";

const fact = (term, ...shown) => make("div", {}, make("dt", {}, term), make("dd", {}, ...shown));

/** What a model does now; it follows the figures while the page is shown. */
function figures(name, signal) {
  const values = Object.fromEntries(["rate", "p50", "p99", "errors"].map((key) => [key, make("dd", {}, "–")]));
  const picture = make("div", { class: "spark", "aria-hidden": "true" });
  watch.follow(() => {
    const now = watch.now(name);
    values.rate.textContent = short(now.rate);
    values.p50.textContent = milliseconds(now.p50);
    values.p99.textContent = milliseconds(now.p99);
    values.errors.textContent = percent(now.errors);
    picture.replaceChildren(sparkline(watch.history(name).map((each) => each.rate)));
  }, signal);
  return make("div", { class: "livebox" }, picture, make("dl", { class: "facts small" },
    ...["rate", "p50", "p99", "errors"].map((key) => make("div", {}, make("dt", {}, say(`live_${key}`)), values[key]))));
}

function card(model, releases, signal) {
  const running = releases.find((each) => each.role === "stable") || releases[0];
  const [main] = running?.figures || [];
  const at = encodeURIComponent(model.name);
  return make("article", { class: "card model", "aria-labelledby": `m-${at}` },
    make("header", {},
      make("div", {}, make("h2", { id: `m-${at}` }, model.name), make("p", { class: "soft" }, named("task", model.task), running?.model ? ` · ${running.model}` : "")),
      state(model.ready, say(model.ready ? "ready" : "warming"))),
    make("p", { class: "row tight" }, running ? badge(title(running), "version") : null, ...(running ? badges(running) : []),
      make("code", { class: "soft", title: model.digest }, model.digest.slice(0, 12))),
    main ? make("div", { class: "main" }, make("div", {}, make("span", { class: "soft" }, metric(main.metric)), told(main)), ranges([main], whole(main))) : null,
    figures(model.name, signal),
    model.classes.length ? make("dl", { class: "facts small" }, fact(say("classes"), ...model.classes.slice(0, 12).map((each) => badge(each)))) : null,
    make("footer", { class: "row" },
      make("a", { class: "go", href: `#/try/${at}` }, say("try_it")),
      make("a", { class: "button", href: `#/releases/${at}` }, say("see_releases", { count: releases.length })),
      releases.length > 1 ? make("a", { class: "button", href: `#/compare/${at}` }, say("compare")) : null));
}

export async function page(_parts, signal) {
  const served = await server.models(signal);
  watch.renew(served, signal);
  const listed = await Promise.all(served.map((model) => server.releases(model.name, signal)));
  return [head(say("models"), say("models_lead")),
    make("div", { class: "grid" }, ...served.map((model, place) => card(model, listed[place], signal)))];
}
