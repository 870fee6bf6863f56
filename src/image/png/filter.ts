/** PNG filtering (https://www.w3.org/TR/png-3/#9Filters): rows are stored as differences to their neighbours. */

/** Rows as they are, each behind a zero that says so: best where colours are few. */
export function unfiltered(rows: Uint8Array, stride: number): Buffer {
  const height = rows.length / stride
  const out = Buffer.alloc(rows.length + height)
  for (let y = 0; y < height; y++) out.set(rows.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  return out
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c
  const pa = Math.abs(p - a)
  const pb = Math.abs(p - b)
  const pc = Math.abs(p - c)
  if (pa <= pb && pa <= pc) return a
  return pb <= pc ? b : c
}

/** Size of a difference, read as a signed byte. */
function weight(difference: number): number {
  const value = difference & 255
  return value < 128 ? value : 256 - value
}

/**
 * Each row with the filter whose differences are smallest in sum, the heuristic of the standard (section 12.7).
 * `step` is the bytes of one pixel, at least 1.
 */
export function adaptive(rows: Uint8Array, stride: number, step: number): Buffer {
  const height = rows.length / stride
  const out = Buffer.alloc(rows.length + height)
  const candidates = [0, 1, 2, 3, 4].map(() => new Uint8Array(stride))
  const [none, sub, up, average, paethed] = candidates as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const zero = new Uint8Array(stride)
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * stride, (y + 1) * stride)
    const above = y === 0 ? zero : rows.subarray((y - 1) * stride, y * stride)
    const sums = [0, 0, 0, 0, 0] as [number, number, number, number, number]
    for (let i = 0; i < stride; i++) {
      const x = row[i] as number
      const a = i >= step ? (row[i - step] as number) : 0
      const b = above[i] as number
      const c = i >= step ? (above[i - step] as number) : 0
      none[i] = x
      sums[0] += weight(x)
      sub[i] = x - a
      sums[1] += weight(x - a)
      up[i] = x - b
      sums[2] += weight(x - b)
      const mean = x - ((a + b) >> 1)
      average[i] = mean
      sums[3] += weight(mean)
      const guess = x - paeth(a, b, c)
      paethed[i] = guess
      sums[4] += weight(guess)
    }
    let best = 0
    for (let kind = 1; kind < 5; kind++) if ((sums[kind] as number) < (sums[best] as number)) best = kind
    out[y * (stride + 1)] = best
    out.set(candidates[best] as Uint8Array, y * (stride + 1) + 1)
  }
  return out
}
