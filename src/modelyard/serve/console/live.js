/** Live: traffic and latency, from the server's own figures. */

import { make, tell } from "./dom.js";
import { milliseconds, percent, say, short, tag } from "./language.js";
import { badge, choice, head, line, table, troubled } from "./parts.js";
import { chart } from "./chart.js";
import { shares } from "./traffic.js";
import * as server from "./server.js";
import * as watch from "./watch.js";

let chosen = "";

function tiles() {
  const shown = Object.fromEntries(["rate", "p50", "p99", "errors"].map((key) => [key, make("dd", {}, "–")]));
  const element = make("dl", { class: "tiles" }, ...Object.entries(shown).map(([key, value]) => make("div", { class: "card tile" }, make("dt", {}, say(`live_${key}`)), value)));
  const update = () => {
    const now = watch.now(chosen);
    shown.rate.textContent = short(now.rate);
    shown.p50.textContent = milliseconds(now.p50);
    shown.p99.textContent = milliseconds(now.p99);
    shown.errors.textContent = percent(now.errors);
  };
  return { element, update };
}

function charts() {
  const rate = chart(say("live_rate"), watch.KEPT, watch.EVERY, { filled: true });
  const latency = chart(say("latency"), watch.KEPT, watch.EVERY, { logarithmic: true });
  const errors = chart(say("errors_rate"), watch.KEPT, watch.EVERY, { filled: true });
  const update = () => {
    const past = watch.history(chosen), now = watch.now(chosen);
    const last = past.at(-1);
    rate.update([{ kind: "one", label: "", values: past.map((each) => each.rate), shown: short(last?.rate) }], short);
    latency.update([{ kind: "one", label: "p50", values: past.map((each) => each.p50), shown: milliseconds(now.p50) },
      { kind: "two", label: "p99", values: past.map((each) => each.p99), shown: milliseconds(now.p99) }], milliseconds);
    errors.update([{ kind: "bad", label: "", values: past.map((each) => each.failed), shown: short(last?.failed) }], short);
  };
  return { element: make("div", { class: "charts" }, rate.element, latency.element, errors.element), update };
}

function totals(models) {
  const place = make("div");
  const update = () => {
    const rows = models.map(({ name }) => {
      const sum = watch.sums().get(name);
      const strange = watch.strangers().filter((each) => each.model === name);
      return line(name, (sum?.requests ?? 0).toLocaleString(tag()), (sum?.rows ?? 0).toLocaleString(tag()), (sum?.errors ?? 0).toLocaleString(tag()),
        strange.length ? make("span", { class: "row tight" }, ...strange.map((each) => badge(`${each.column}: ${each.value.toLocaleString(tag())}`, "warn"))) : "–");
    });
    place.replaceChildren(table(say("since_start"), [say("model"), say("requests"), say("rows"), say("errors_total"), say("unseen_values")], rows, "counts"));
  };
  return { element: make("section", { class: "card", "aria-label": say("since_start") }, make("h2", {}, say("since_start")), place), update };
}

export async function page(_parts, signal) {
  const models = await server.models(signal);
  if (!models.some((each) => each.name === chosen)) chosen = "";
  const parts = [tiles(), charts(), shares(models, () => chosen, signal), totals(models)];
  const trouble = make("div");
  const update = () => {
    trouble.replaceChildren(...(watch.failure() ? [troubled(watch.failure())] : []));
    for (const each of parts) each.update();
  };
  const pause = make("button", { type: "button", "aria-pressed": String(watch.isPaused()), onclick: () => {
    watch.pause(!watch.isPaused());
    pause.setAttribute("aria-pressed", String(watch.isPaused()));
    pause.textContent = say(watch.isPaused() ? "resume" : "pause");
    tell(say(watch.isPaused() ? "paused" : "resumed"));
  } }, say(watch.isPaused() ? "resume" : "pause"));
  const pick = models.length < 2 ? null : choice(say("model"), [["", say("all_models")], ...models.map((each) => [each.name, each.name])], chosen, (value) => { chosen = value; update(); });
  watch.follow(update, signal);
  return [head(say("live"), say("live_lead"), pick, pause), trouble, ...parts.map((each) => each.element)];
}
