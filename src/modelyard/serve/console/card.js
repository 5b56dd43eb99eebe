/** A card in a sandboxed frame: no script of it runs, and it can send and open nothing.
 *
 * It is fetched rather than framed by its address, as a frame's request carries no key. The frame inherits this page's
 * policy, which refuses inline styles; so these are put in from here, where the policy lets them be.
 */

import { make } from "./dom.js";
import * as server from "./server.js";

const STYLED = "data-styled";

/** A frame that shows the card at a path. */
export async function frame(path, title, signal) {
  const page = new DOMParser().parseFromString(await server.text(path, signal), "text/html");
  const styles = [...page.querySelectorAll("style")].map((each) => { each.remove(); return each.textContent; });
  for (const each of page.querySelectorAll("script, meta[http-equiv], link, base, iframe, object, embed")) each.remove();
  for (const each of page.querySelectorAll("[style]")) {
    each.setAttribute(STYLED, each.getAttribute("style"));
    each.removeAttribute("style");
  }
  for (const each of page.querySelectorAll("a[href]:not([href^='#'])")) each.removeAttribute("href");
  const shown = make("iframe", { class: "frame", title, sandbox: "allow-same-origin", referrerpolicy: "no-referrer" });
  shown.addEventListener("load", () => {
    const inside = shown.contentDocument, sheet = new shown.contentWindow.CSSStyleSheet();
    sheet.replaceSync(styles.join("\n"));
    inside.adoptedStyleSheets = [sheet];
    for (const each of inside.querySelectorAll(`[${STYLED}]`)) each.style.cssText = each.getAttribute(STYLED);
  });
  shown.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
  return shown;
}
