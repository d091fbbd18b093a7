/** The candidate with the smallest edit distance to `wanted`; undefined when there is none. */
export function nearest(wanted: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }));
  return scored.toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Whether two words may be one, written otherwise: more of it is equal than not. */
export function isLike(a: string, b: string): boolean {
  return 2 * editDistance(a, b) <= Math.max(a.length, b.length);
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
