/** What is said, and how numbers and times are written, in the language that was chosen. */

import { choices } from "./kept.js";
import { WORDS } from "./words.js";

let chosen = choices.get("language");
if (!["en", "zh"].includes(chosen)) chosen = navigator.language.startsWith("zh") ? "zh" : "en";

export const language = () => chosen;
export const other = () => (chosen === "en" ? "zh" : "en");
export const tag = () => (chosen === "zh" ? "zh-CN" : "en");

export function choose(code) {
  chosen = code;
  choices.set("language", code);
}

const said = (key) => WORDS[key]?.[chosen === "zh" ? 1 : 0];

/** The words of a key, its {holes} filled. */
export const say = (key, holes = {}) => (said(key) ?? key).replace(/\{(\w+)\}/g, (_, hole) => holes[hole] ?? "");

/** The words of a key that may be unknown, such as a metric of a part that was added: then its own name. */
export const named = (stem, name) => said(`${stem}_${name}`) ?? name;

export const figure = (value, digits = 4) =>
  value == null ? say("undefined") : Math.abs(value) >= 1000
    ? value.toLocaleString(tag(), { maximumFractionDigits: 0 })
    : value.toLocaleString(tag(), { minimumFractionDigits: Math.abs(value) >= 100 ? 1 : digits, maximumFractionDigits: Math.abs(value) >= 100 ? 1 : digits });

export const signed = (value, digits = 4) => (value == null ? say("undefined") : `${value < 0 ? "−" : "+"}${figure(Math.abs(value), digits)}`);
export const short = (value, digits = 3) => (value == null ? "–" : value.toLocaleString(tag(), { maximumSignificantDigits: digits }));
export const percent = (share, digits = 1) => (share == null ? "–" : share.toLocaleString(tag(), { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }));
export const span = (low, high, digits) => (low == null || high == null ? "" : `${figure(low, digits)} – ${figure(high, digits)}`);
export const milliseconds = (value) => (value == null ? "–" : `${short(value)} ms`);

export function bytes(size) {
  if (size == null) return "–";
  const step = Math.min(Math.floor(Math.log10(Math.max(size, 1)) / 3), 3);
  return `${short(size / 1000 ** step)} ${["B", "kB", "MB", "GB"][step]}`;
}

/** A time as people of the language write it. */
export function when(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString(tag(), { dateStyle: "medium", timeStyle: "short" });
}
