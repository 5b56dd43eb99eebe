/** What changed between two texts, line by line. */

/** The longest common subsequence, as lines of `{kind: "same" | "gone" | "come", text}`. */
export function difference(one, other) {
  const a = one.split("\n"), b = other.split("\n"), width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const found = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { found.push({ kind: "same", text: a[i++] }); j++; }
    else if (i < a.length && (j === b.length || longest[(i + 1) * width + j] >= longest[i * width + j + 1])) found.push({ kind: "gone", text: a[i++] });
    else found.push({ kind: "come", text: b[j++] });
  }
  return found;
}

/** Only what changed, with some lines around; the key above an indented line tells where it stands. */
export function excerpt(lines, around = 2) {
  const near = lines.map((_, place) => lines.slice(Math.max(place - around, 0), place + around + 1).some((each) => each.kind !== "same"));
  const found = [];
  lines.forEach((each, place) => {
    if (near[place]) found.push(each);
    else if (place === 0 || near[place - 1]) found.push({ kind: "skipped", text: "…" });
  });
  return found;
}
