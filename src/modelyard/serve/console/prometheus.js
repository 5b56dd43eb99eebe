/** Prometheus' text format, as far as the console reads it. */

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED = { "\\n": "\n", '\\"': '"', "\\\\": "\\" };

/** Every sample: `{name, labels, value}`. */
export function samples(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const match = line.startsWith("#") ? null : LINE.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, key, value] of (match[2] || "").matchAll(LABEL)) labels[key] = value.replace(/\\[n"\\]/g, (sign) => ESCAPED[sign]);
    found.push({ name: match[1], labels, value: Number(match[3].replace("Inf", "Infinity")) });
  }
  return found;
}

/** A quantile of a histogram in seconds, straight between the ends of its bucket; null where nothing was counted.
 *
 * `buckets` are pairs of an upper end and the count up to it, the ends rising.
 */
export function quantile(buckets, share) {
  const total = buckets.at(-1)?.[1] || 0;
  if (!total) return null;
  let below = 0, start = 0;
  for (const [end, count] of buckets) {
    if (count >= share * total) {
      if (end === Infinity) return start;
      return start + ((end - start) * (share * total - below)) / (count - below || 1);
    }
    [below, start] = [count, end];
  }
  return start;
}
