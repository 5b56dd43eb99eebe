/** Elements. Text always goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, told] of Object.entries(value)) element.style.setProperty(key, told);
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

/** An HTML element: attributes (`onclick` a listener, `style` an object), then children. */
export const make = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);

/** An SVG element. */
export const draw = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

/** Tell a screen reader, in words that no one sees. */
export function tell(text) {
  const place = document.getElementById("told");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
}

let last = 0;
/** An id that no other element has. */
export const fresh = (stem) => `${stem}-${++last}`;
