/** How far a palette version is from its source, in steps of 255, over blocks of 8×8 pixels; colours weighted by alpha. */
export interface PaletteError {
  /** Root mean square of the median block: 0 where most of the picture is untouched. */
  medianRms: number
  /** Root mean square that 99 of 100 blocks stay within: how noisy or ragged it gets. */
  highRms: number
  /** Shift of a block's mean that 99 of 100 stay within: banding and dithering that changes tone. */
  highShift: number
  /** The largest shift of a block's mean. */
  maxShift: number
}

const BLOCK = 8

function atShare(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Both are RGBA of the same size. */
export function paletteError(source: Uint8Array, result: Uint8Array, width: number, height: number): PaletteError {
  const across = Math.ceil(width / BLOCK)
  const down = Math.ceil(height / BLOCK)
  const shifts = new Float64Array(across * down)
  const noise = new Float64Array(across * down)
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++) {
      const sums = [0, 0, 0, 0] as [number, number, number, number]
      let squares = 0
      let count = 0
      const bottom = Math.min(height, (row + 1) * BLOCK)
      const right = Math.min(width, (column + 1) * BLOCK)
      for (let y = row * BLOCK; y < bottom; y++)
        for (let x = column * BLOCK; x < right; x++) {
          const i = (y * width + x) * 4
          const a = source[i + 3] as number
          const b = result[i + 3] as number
          for (const c of [0, 1, 2] as const) {
            const d = ((source[i + c] as number) * a - (result[i + c] as number) * b) / 255
            sums[c] += d
            squares += d * d
          }
          sums[3] += a - b
          squares += (a - b) * (a - b)
          count++
        }
      const at = row * across + column
      shifts[at] = Math.max(...sums.map(Math.abs)) / count
      noise[at] = Math.sqrt(squares / count / 4)
    }
  shifts.sort()
  noise.sort()
  return {
    medianRms: atShare(noise, 0.5),
    highRms: atShare(noise, 0.99),
    highShift: atShare(shifts, 0.99),
    maxShift: shifts.at(-1) ?? 0,
  }
}

/**
 * Whether a palette version looks the same. Measured on the corpus: everything within these bounds scores 92 or more
 * (SSIMULACRA2) and under 0.6 (Butteraugli 3-norm); photographs, wide gradients, glass and soft shadows fall outside.
 */
export function looksTheSame(error: PaletteError): boolean {
  return error.medianRms <= 0.3 && error.highRms <= 2.6 && error.highShift <= 1 && error.maxShift <= 3
}
