/** A card in a sandboxed frame: no script of it runs, and it can send and open nothing.
 *
 * It is fetched rather than framed by its address, as a frame's request carries no key. The frame inherits this page's
 * policy, which refuses a style in the text; so the card's own is put in from here, which the policy allows.
 */

import { make } from "./dom.js";
import * as server from "./server.js";

const STYLE = /<style[^>]*>([\s\S]*?)<\/style>/gi;

/** A frame that shows the card at a path. */
export async function frame(path, title, signal) {
  const styles = [];
  const bare = (await server.text(path, signal)).replace(STYLE, (_, style) => { styles.push(style); return ""; });
  const page = new DOMParser().parseFromString(bare, "text/html");
  for (const each of page.querySelectorAll("script, meta[http-equiv], link, base, iframe, object, embed")) each.remove();
  for (const each of page.querySelectorAll("a[href]")) {
    const to = each.getAttribute("href"); // a bare fragment would mean this page, whose address is the frame's base
    to.startsWith("#") ? each.setAttribute("href", `about:srcdoc${to}`) : each.removeAttribute("href");
  }
  const shown = make("iframe", { class: "frame", title, sandbox: "allow-same-origin", referrerpolicy: "no-referrer" });
  shown.addEventListener("load", () => {
    const sheet = new shown.contentWindow.CSSStyleSheet();
    sheet.replaceSync(styles.join("\n"));
    shown.contentDocument.adoptedStyleSheets = [sheet];
  });
  shown.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`;
  return shown;
}
