/** The shell: which page is shown, and what stands around every page. */

import { make, tell } from "./dom.js";
import { choices } from "./kept.js";
import { choose, language, other, say, tag } from "./language.js";
import { troubled } from "./parts.js";
import * as server from "./server.js";
import * as compare from "./compare.js";
import * as live from "./live.js";
import * as models from "./models.js";
import * as releases from "./releases.js";
import * as trying from "./trying.js";

const PAGES = { models, releases, compare, try: trying, live };
const main = document.getElementById("main");
const dialog = document.getElementById("locked");
const SLOW = 250; // milliseconds until a page that is empty says that it is being read
let leaving = new AbortController();

/** The page and the names that the address tells. */
function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
  const page = parts[0] in PAGES ? parts[0] : "models";
  return { page, parts: parts.slice(1).filter(Boolean) };
}

function translate() {
  document.documentElement.lang = tag();
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
  document.querySelector("#theme span").textContent = say(isDark() ? "light" : "dark");
  const speech = document.querySelector("#language span");
  speech.textContent = language() === "en" ? "中文" : "English";
  speech.lang = other() === "zh" ? "zh-CN" : "en";
  document.querySelector("#key span").textContent = say(server.key() ? "key_used" : "key");
}

/** Draw the page of the address; `focus` where a person came from another one. */
async function show(focus) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving, { page, parts } = route();
  for (const link of document.querySelectorAll("nav [data-page]")) {
    link.dataset.page === page ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => { if (!main.querySelector("h1")) main.replaceChildren(make("p", { class: "empty" }, say("loading"))); }, SLOW);
  signal.addEventListener("abort", () => clearTimeout(slow));
  let content;
  try {
    content = await PAGES[page].page(parts, signal);
  } catch (error) {
    if (signal.aborted) return;
    content = [make("h1", { tabindex: -1 }, say(page)), troubled(error)];
  }
  clearTimeout(slow);
  if (signal.aborted) return;
  main.replaceChildren(...[content].flat());
  main.removeAttribute("aria-busy");
  main.dataset.page = page;
  const head = main.querySelector("h1");
  document.title = `${head?.textContent || say(page)} · Modelyard`;
  if (focus) {
    scrollTo(0, 0);
    head?.focus({ preventScroll: true });
    tell(head?.textContent || "");
  }
}

const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
system.addEventListener("change", translate);

document.getElementById("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  choices.set("theme", document.documentElement.dataset.theme);
  translate();
});
document.getElementById("language").addEventListener("click", () => {
  choose(other());
  translate();
  show(false);
});
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

function open(why) {
  document.getElementById("locked-why").textContent = why;
  document.getElementById("locked-key").value = server.key();
  if (!dialog.open) dialog.showModal();
}
document.getElementById("key").addEventListener("click", () => open(say("key_why")));
document.getElementById("locked-close").addEventListener("click", () => dialog.close("close"));
document.getElementById("locked-form").addEventListener("submit", (event) => {
  const forget = event.submitter?.value === "forget";
  server.keep(forget ? "" : document.getElementById("locked-key").value);
  translate();
  show(false);
});
addEventListener("locked", () => open(say(server.key() ? "key_refused" : "key_needed")));
addEventListener("hashchange", () => show(true));
addEventListener("renewed", () => show(false));

translate();
show(false);
