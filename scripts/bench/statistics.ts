// Numbers of many rounds as few.

export function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function mean(all: readonly number[]): number {
  return all.reduce((sum, one) => sum + one, 0) / all.length
}

/** Of ratios: the one that treats a half and a double alike. */
export function geometricMean(all: readonly number[]): number {
  return Math.exp(mean(all.map(Math.log)))
}

/** y at `x` of a curve given as points, straight lines between them; undefined outside. */
export function valueAt(points: readonly (readonly [number, number])[], x: number): number | undefined {
  const sorted = points.toSorted(([a], [b]) => a - b)
  for (const [i, [x1, y1]] of sorted.entries()) {
    const [x0, y0] = sorted[i - 1] ?? [x1, y1]
    if (x0 <= x && x <= x1) return x0 === x1 ? y0 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0)
  }
  return undefined
}
