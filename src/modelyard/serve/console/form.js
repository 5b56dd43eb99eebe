/** A form made from a record's schema: a control for each field, and how its value is read. */

import { fresh, make } from "./dom.js";
import { say } from "./language.js";

const LISTED = 30; // levels that are chosen from a list; of more, the nearest are offered while one types
const OTHER = " other";
const MIDNIGHT = /T00:00(:00)?$/, DAY = /^\d{4}-\d{2}-\d{2}$/, MINUTE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** The levels that are known: all that there may be, or those that training saw. */
const listed = (schema) => schema.enum ?? schema.examples ?? [];

const option = (value, text) => make("option", { value }, text);

/** A list of levels, and a place for another one where training did not see them all. */
function levels(common, schema, required, value) {
  const closed = Boolean(schema.enum), given = value == null ? "" : String(value);
  const known = listed(schema).map(String);
  const select = make("select", common, required && given ? null : option("", say("not_known")), ...known.map((each) => option(each, each)), closed ? null : option(OTHER, say("another")));
  const free = make("input", { type: "text", hidden: true, autocomplete: "off", "aria-label": say("another") });
  const follow = () => { free.hidden = select.value !== OTHER; };
  select.value = given === "" || known.includes(given) ? given : OTHER;
  if (select.value === OTHER) free.value = given;
  select.addEventListener("change", () => { follow(); if (!free.hidden) free.focus(); });
  follow();
  return { control: select, beside: free, read: () => (select.value === OTHER ? free.value : select.value) };
}

function offered(common, schema) {
  const list = fresh("levels");
  const control = make("input", { ...common, type: "text", autocomplete: "off", list });
  return { control, beside: make("datalist", { id: list }, ...listed(schema).map((each) => option(String(each)))), read: () => control.value };
}

function boolean(common, required) {
  const control = make("select", common, required ? null : option("", say("not_known")), option("true", say("yes")), option("false", say("no")));
  return { control, read: () => control.value };
}

/** A value as a control shows it; of a day at midnight the day. */
const seen = (value, kind) => (value == null ? "" : kind === "time" ? String(value).replace(MIDNIGHT, "") : String(value));

function typed(common, kind, value) {
  const given = seen(value, kind);
  const type = kind !== "time" ? "text" : DAY.test(given) ? "date" : MINUTE.test(given) ? "datetime-local" : "text";
  const control = make("input", { ...common, type, step: type === "datetime-local" ? 1 : null, autocomplete: "off", spellcheck: "false", inputmode: kind === "number" ? "decimal" : null });
  return { control, read: () => control.value };
}

/** A picture is chosen as a file, and is in a record as base64 text; until one is chosen, it is what it was. */
function picture(common, value) {
  let held = value ?? "";
  const control = make("input", { ...common, type: "file", accept: "image/png,image/jpeg,image/webp,image/gif,image/bmp" });
  control.addEventListener("change", () => {
    const [file] = control.files, reader = new FileReader();
    held = "";
    if (!file) return;
    reader.addEventListener("load", () => { held = reader.result; control.dispatchEvent(new Event("input", { bubbles: true })); });
    reader.readAsDataURL(file);
  });
  return { control, read: () => held };
}

function made(common, schema, required, value) {
  const kind = schema["x-kind"];
  if (kind === "image") return picture(common, value);
  if (kind === "boolean") return boolean(common, required);
  if (kind === "text") {
    const control = make("textarea", { ...common, rows: 4 });
    return { control, read: () => control.value };
  }
  if (listed(schema).length && kind === "category") {
    return listed(schema).length <= LISTED ? levels(common, schema, required, value) : offered(common, schema);
  }
  return typed(common, kind, value);
}

/** Whether a column's values may be texts: numbers that are mended before they are read are sent as they are written. */
const written = (schema) => (schema.anyOf || [schema]).some((one) => [one.type].flat().includes("string"));

/** What the text of a control is in a record that showed `before`; undefined leaves the field out. */
function valued(text, kind, required, before, textual) {
  if (text === "" && !(required && kind === "text")) return undefined;
  if (kind === "boolean") return text === "true";
  if (kind === "number") {
    if (textual) return before.find((value) => typeof value === "number" && String(value) === text) ?? text;
    const number = Number(text.trim());
    return Number.isFinite(number) ? number : text;
  }
  return before.find((value) => value != null && typeof value !== "string" && String(value) === text) ?? text; // a level that is a number stays one
}

/** One field: its element, its name, `read()`, and `mark(problem)`. */
export function field(name, schema, required, value, example) {
  const id = fresh("field"), kind = schema["x-kind"];
  const { control, beside = null, read } = made({ id, "aria-describedby": `${id}-wrong`, "aria-required": required ? "true" : null }, schema, required, value);
  if (kind !== "image" && (control.tagName !== "SELECT" || kind === "boolean")) control.value = seen(value, kind);
  const wrong = make("span", { class: "wrong", id: `${id}-wrong` });
  const mark = (text) => {
    wrong.textContent = text;
    text ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
  };
  const element = make("div", { class: kind === "text" ? "field wide" : "field" },
    make("label", { for: id }, make("span", {}, name), required ? null : make("small", {}, say("optional"))), control, beside, wrong);
  return { name, element, control, mark, read: () => valued(read(), kind, required, [example, value], written(schema)) };
}

/** The fields of a record, those of texts last as they are wide. */
export function fields(record, values) {
  const features = Object.entries(record.properties).filter(([, schema]) => schema["x-kind"]);
  features.sort(([, a], [, b]) => (a["x-kind"] === "text") - (b["x-kind"] === "text"));
  const required = new Set(record.required || []);
  return features.map(([name, schema]) => field(name, schema, required.has(name), values[name], record.example?.[name]));
}
