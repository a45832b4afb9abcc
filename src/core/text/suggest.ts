/** Finds the nearest known word for "did you mean …". */

/** Edits (insert, delete, replace, swap of neighbours) that turn a into b. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** The closest of the known words, or null when none is close (a third of the word's length, at least one edit). */
export function closest(word: string, known: Iterable<string>): string | null {
  if (word.length > 80) return null;
  const given = word.toLowerCase();
  let found: string | null = null;
  let limit = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= limit) continue;
    const edits = distance(given, candidate.toLowerCase());
    if (edits < limit) [found, limit] = [candidate, edits];
  }
  return found;
}

/** `" (did you mean `x`?)"`, or nothing when no known word is close. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const found = closest(word, known);
  return found === null ? "" : ` (did you mean \`${found}\`?)`;
}
