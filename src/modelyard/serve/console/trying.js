/** Try: ask a model with a form, see its answer, and why it answers so. */

import { make, tell } from "./dom.js";
import { say } from "./language.js";
import { answer, digits } from "./answer.js";
import { fields } from "./form.js";
import { choice, empty, head, ofModels, troubled } from "./parts.js";
import { reasons } from "./reasons.js";
import * as server from "./server.js";

const METHODS = ["shapley", "lime", "counterfactual"];
const drafts = new Map(); // by model: what was filled in and answered, so that a change of language loses nothing

/** A model's record, from the description of this server. */
function recordOf(described, model) {
  const operation = described.paths[model.predict]?.post || Object.values(described.paths).map((each) => each.post).find((post) => post?.["x-model"] === model.name);
  const schema = operation.requestBody.content["application/json"].schema;
  const reference = (schema.oneOf || schema.anyOf || [schema]).map((each) => each.$ref).find(Boolean);
  return described.components.schemas[reference.split("/").pop()];
}

function curl(model, record) {
  const body = JSON.stringify(record).replaceAll("'", "'\\''");
  const key = server.key() ? " -H \"authorization: Bearer $MODELYARD_KEY\"" : "";
  return `curl ${server.address(model.predict)} -H 'content-type: application/json'${key} -d '${body}'`;
}

function raw(model, draft) {
  const shell = curl(model, draft.record);
  const copy = make("button", { type: "button", onclick: async () => { await navigator.clipboard.writeText(shell); copy.textContent = say("copied"); tell(say("copied")); } }, say("copy"));
  return make("details", {}, make("summary", {}, say("as_json")), make("pre", { tabindex: 0, "aria-label": say("as_json") }, JSON.stringify(draft.got.answer, null, 2)),
    make("pre", { tabindex: 0, "aria-label": say("shell") }, shell), navigator.clipboard ? copy : null);
}

function meta({ took, request, release }) {
  return make("p", { class: "meta soft" }, make("span", {}, `${took.toFixed(1)} ms`), release ? make("span", {}, say("by"), " ", make("code", {}, release)) : null,
    request ? make("span", {}, say("request"), " ", make("code", {}, request)) : null);
}

/** Both panels beside the form, drawn from the draft. */
function shown(model, draft, result, why) {
  result.replaceChildren(draft.error ? troubled(draft.error) : draft.got ? answer(draft.got.answer) : empty(say("before_ask")), ...(draft.got && !draft.error ? [meta(draft.got), raw(model, draft)] : []));
  why.replaceChildren(draft.whyError ? troubled(draft.whyError) : draft.why ? reasons(draft.why, draft.record) : empty(say("before_why")));
}

async function ask(model, draft, signal) {
  Object.assign(draft, { got: null, why: null, error: null, whyError: null });
  try {
    draft.got = await server.post(model.predict, draft.record, signal);
    tell(say("answered", { answer: draft.got.answer.probabilities ? String(draft.got.answer.prediction) : digits(draft.got.answer.prediction) }));
  } catch (error) {
    draft.error = error;
  }
}

async function explain(model, draft, signal) {
  draft.whyError = null;
  try {
    const path = server.ofModel(model.name, "/explain");
    draft.why = (await server.post(path, { record: draft.record, method: draft.method }, signal)).answer;
    tell(say("explained"));
  } catch (error) {
    draft.whyError = error;
  }
}

function panels(model, record, draft, signal) {
  const controls = fields(record, draft.values);
  const result = make("div", { class: "result" }), why = make("div", { class: "result" });
  const busy = (button, on) => (on ? button.setAttribute("aria-busy", "true") : button.removeAttribute("aria-busy"));
  const values = () => Object.fromEntries(controls.map((each) => [each.name, each.read()]).filter(([, value]) => value !== undefined));
  const mark = () => {
    const wrong = (draft.error || draft.whyError)?.problems || [];
    controls.forEach((each) => each.mark(wrong.filter(({ where }) => where === each.name || where.endsWith(`.${each.name}`)).map(({ problem }) => problem).join("; ")));
    controls.find((each) => each.control.hasAttribute("aria-invalid"))?.control.focus();
  };
  async function go(button, explained) {
    draft.values = draft.record = values();
    busy(button, true);
    await ask(model, draft, signal);
    if (signal.aborted) return;
    shown(model, draft, result, why);
    if (result.getBoundingClientRect().top > innerHeight) result.scrollIntoView({ block: "center" }); // below, on narrow screens
    mark();
    if (explained && draft.got) {
      why.replaceChildren(empty(say("explaining")));
      await explain(model, draft, signal);
      if (signal.aborted) return;
      shown(model, draft, result, why);
    }
    busy(button, false);
  }
  const predict = make("button", { type: "submit", class: "go" }, say("predict"));
  const explains = make("button", { type: "button", onclick: () => go(explains, true) }, say("explain"));
  const reset = make("button", { type: "button", class: "quiet", onclick: () => { drafts.delete(model.name); dispatchEvent(new HashChangeEvent("hashchange")); } }, say("example"));
  const form = make("form", { class: "card", novalidate: true, "aria-label": say("record"),
    onsubmit: (event) => { event.preventDefault(); go(predict, false); },
    onkeydown: (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); } } },
  make("div", { class: "head" }, make("div", {}, make("h2", {}, say("record"))), reset), make("div", { class: "fields" }, ...controls.map((each) => each.element)),
  make("div", { class: "row foot" }, predict, explains,
    choice(say("method"), METHODS.map((each) => [each, say(`method_${each}`)]), draft.method, (value) => { draft.method = value; })),
  make("p", { class: "soft small" }, say("keys")));
  shown(model, draft, result, why);
  const side = (word, content) => make("section", { class: "card", "aria-label": say(word) }, make("h2", {}, say(word)), content);
  return make("div", { class: "split" }, form, make("div", { class: "beside" }, side("answer", result), side("why", why)));
}

export async function page([asked], signal) {
  const [served, described] = await Promise.all([server.models(signal), server.json("/openapi.json", signal)]);
  const model = served.find((each) => each.name === asked) || served[0];
  const record = recordOf(described, model);
  if (!drafts.has(model.name)) drafts.set(model.name, { values: { ...record.example }, method: METHODS[0] });
  return [head(say("try_name", { name: model.name }), say("try_lead"), ofModels(served, model.name, "try")), panels(model, record, drafts.get(model.name), signal)];
}
