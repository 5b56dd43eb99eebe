/** The server's figures, asked every two seconds while a page follows them, and kept for five minutes. */

import { quantile, samples } from "./prometheus.js";
import * as server from "./server.js";

export const EVERY = 2; // seconds
export const KEPT = 150; // points: five minutes
const RECENT = 5; // points that a figure of now is made of
const NOTHING = { at: 0, rate: null, errors: null, p50: null, p99: null };

const points = new Map(); // by model, "" for all of them
const followers = new Set();
const totals = new Map(); // by model, since the server started
const unseen = []; // values of categories that training never saw
let latest = []; // every sample of the last look
let before = null, timer = 0, paused = false, trouble = null;

/** Counters and histograms by model; what is no model's, such as this page, is left out. */
function read() {
  const found = new Map();
  const of = (model) => {
    if (!found.has(model)) found.set(model, { requests: 0, errors: 0, rows: 0, buckets: new Map() });
    return found.get(model);
  };
  unseen.length = 0;
  for (const { name, labels, value } of latest) {
    if (!labels.model) continue;
    for (const key of ["", labels.model]) {
      if (name === "modelyard_requests_total") {
        of(key).requests += value;
        if (labels.status >= "400") of(key).errors += value;
      } else if (name === "modelyard_rows_total") of(key).rows += value;
      else if (name === "modelyard_request_seconds_bucket") {
        const end = Number(labels.le.replace("+Inf", "Infinity")), { buckets } = of(key);
        buckets.set(end, (buckets.get(end) || 0) + value);
      }
    }
    if (name === "modelyard_unseen_categories_total" && value) unseen.push({ model: labels.model, column: labels.column, value });
  }
  return found;
}

const between = (now, then) => [...now].map(([end, count]) => [end, count - (then?.get(end) || 0)]).sort(([a], [b]) => a - b);

function grown(now, then, seconds) {
  const requests = now.requests - (then?.requests || 0), errors = now.errors - (then?.errors || 0);
  if (requests < 0) return null; // the server was started anew
  const buckets = between(now.buckets, then?.buckets);
  return { at: Date.now(), rate: requests / seconds, failed: errors / seconds, errors: requests ? errors / requests : null, requests, wrong: errors, buckets, p50: ms(quantile(buckets, 0.5)), p99: ms(quantile(buckets, 0.99)) };
}

const ms = (seconds) => (seconds == null ? null : 1000 * seconds);

async function look() {
  try {
    latest = samples(await server.text("/metrics"));
    const now = read(), time = performance.now();
    trouble = null;
    for (const [model, figures] of now) {
      totals.set(model, figures);
      const point = before && grown(figures, before.read.get(model), (time - before.time) / 1000);
      if (point) points.set(model, [...(points.get(model) || []), point].slice(-KEPT));
    }
    before = { read: now, time };
  } catch (error) {
    [trouble, before] = [error, null];
  }
  for (const each of followers) each();
}

function turn() {
  const wanted = followers.size > 0 && !paused && !document.hidden;
  if (wanted && !timer) { timer = setInterval(look, EVERY * 1000); look(); }
  if (!wanted && timer) { clearInterval(timer); timer = 0; before = null; }
}
document.addEventListener("visibilitychange", turn);

/** Call `told` after each look, until the signal ends it. */
export function follow(told, signal) {
  followers.add(told);
  signal.addEventListener("abort", () => { followers.delete(told); setTimeout(turn); });
  told();
  turn();
}

/** Have the page drawn anew once what is served changes: a model is ready, an alias has moved, a canary has begun. */
export function renew(served, signal) {
  const before = JSON.stringify(served);
  follow(async () => {
    const now = await server.models(signal).catch(() => null);
    if (now && !signal.aborted && JSON.stringify(now) !== before) dispatchEvent(new Event("renewed"));
  }, signal);
}

export const isPaused = () => paused;
export function pause(on) { paused = on; turn(); }
export const sampled = () => latest;
export const failure = () => trouble;
export const history = (model = "") => points.get(model) || [];
export const sums = () => totals;
export const strangers = () => unseen;

/** The figures of the last ten seconds. */
export function now(model = "") {
  const last = history(model).slice(-RECENT);
  if (!last.length) return NOTHING;
  const requests = last.reduce((sum, each) => sum + each.requests, 0), wrong = last.reduce((sum, each) => sum + each.wrong, 0);
  const together = last[0].buckets.map(([end], place) => [end, last.reduce((sum, each) => sum + (each.buckets[place]?.[1] || 0), 0)]);
  return { rate: last.reduce((sum, each) => sum + each.rate, 0) / last.length, errors: requests ? wrong / requests : null, p50: ms(quantile(together, 0.5)), p99: ms(quantile(together, 0.99)) };
}
