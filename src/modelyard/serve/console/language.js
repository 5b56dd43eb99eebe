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

/** A number with so many decimals, fewer where it is large, and a true minus. */
export function figure(value, digits = 4) {
  if (value == null) return say("undefined");
  const size = Math.abs(value), decimals = size >= 1000 ? 0 : size >= 100 ? 1 : digits;
  return value.toLocaleString(tag(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−");
}

export const signed = (value, digits = 4) => (value == null ? say("undefined") : `${value < 0 ? "−" : "+"}${figure(Math.abs(value), digits)}`);
export const short = (value, digits = 3) => (value == null ? "–" : value.toLocaleString(tag(), { maximumSignificantDigits: digits }));
export const percent = (share, digits = 1) => (share == null ? "–" : share.toLocaleString(tag(), { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }));
export const span = (low, high, digits) => (low == null || high == null ? "" : `${figure(low, digits)} – ${figure(high, digits)}`);
export const milliseconds = (value) => (value == null ? "–" : `${short(value)} ms`);

const SIZES = { "-2": "µ", "-1": "m", 0: "", 1: "k", 2: "M", 3: "G" };

/** An amount of a unit, with the prefix that keeps it short. */
export function amount(value, unit, least = -2) {
  if (value == null) return "–";
  const step = value === 0 ? 0 : Math.min(Math.max(Math.floor(Math.log10(Math.abs(value)) / 3), least), 3);
  return `${short(value / 1000 ** step)} ${SIZES[step]}${unit}`;
}

/** A time as people of the language write it. */
export function when(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toLocaleString(tag(), { dateStyle: "medium", timeStyle: "short" });
}
