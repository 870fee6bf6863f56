/** Edits (insert, drop, replace one character) that lead from one word to the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/**
 * The known word that was probably meant, or nothing when none is near: at most half of the longer word may differ.
 * Long input is never a near miss of our short names, and is not measured (the cost grows with its length).
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined
  const lower = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of known) {
    const edits = distance(lower, candidate.toLowerCase())
    if (edits < bestDistance && edits <= Math.max(lower.length, candidate.length) / 2) {
      best = candidate
      bestDistance = edits
    }
  }
  return best
}

/** The end of a message: ` (did you mean "mfit"?)`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known)
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`
}
