/** Questions to this server, and to no other. A key goes along where one was given. */

import { secrets } from "./kept.js";

const ROOT = new URL("../", import.meta.url);
const KEY = "modelyard.key";

export const key = () => secrets.get(KEY) || "";
export const keep = (value) => secrets.set(KEY, value.trim());

/** The server said no; `problems` are its own words. */
export class Trouble extends Error {
  constructor(status, document) {
    super(document?.detail || document?.title || String(status));
    this.status = status;
    this.problems = document?.problems || [];
    this.request = document?.request_id || "";
  }
}

/** A path's address; a name in it must be encoded. */
export const address = (path) => new URL(path.replace(/^\//, ""), ROOT).href;
export const ofModel = (name, rest) => `/models/${encodeURIComponent(name)}${rest}`;

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (key()) headers.authorization = `Bearer ${key()}`;
  const response = await fetch(address(path), { ...options, headers, credentials: "same-origin" });
  if (response.ok) return response;
  const type = response.headers.get("content-type") || "";
  const trouble = new Trouble(response.status, type.includes("json") ? await response.json().catch(() => null) : null);
  if (response.status === 401) dispatchEvent(new CustomEvent("locked", { detail: trouble }));
  throw trouble;
}

export const json = async (path, signal) => (await ask(path, { signal })).json();
export const text = async (path, signal) => (await ask(path, { signal })).text();

// Where two releases share a name, an answer and its explanation are of the same one.
const STICKY = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** A record's answer, and what is known of it. */
export async function post(path, body, signal) {
  const started = performance.now();
  const response = await ask(path, { method: "POST", headers: { "content-type": "application/json", "x-modelyard-sticky": STICKY }, body: JSON.stringify(body), signal });
  const answer = await response.json();
  const header = (name) => response.headers.get(name) || "";
  const release = decodeURIComponent(header("x-modelyard-release")) || header("x-modelyard-bundle");
  return { answer, took: performance.now() - started, request: header("x-request-id"), release };
}

/** What is served. */
export const models = async (signal) => (await json("/models", signal)).models;

/** The releases of a name, newest first. */
export const releases = async (name, signal) => (await json(ofModel(name, "/releases"), signal)).releases;
