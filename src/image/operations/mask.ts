import type { Now, Step } from './steps.ts'

/**
 * Keeps the picture inside a rectangle whose corners are quarters of a circle; the edge is smoothed.
 * @param r radius in pixels, at most half the shorter side; with half of it, a square becomes a circle
 */
export function keepInside(r: number, { width, height }: Pick<Now, 'width' | 'height'>): Step {
  return {
    kind: 'overlay',
    mask: true,
    draw: () => Promise.resolve({ pixels: rounded(r, width, height), width, height, left: 0, top: 0, tile: false }),
  }
}

/** White, as opaque as a pixel is covered: by its distance from the arc, which is right to a hundredth beyond a few pixels. */
function rounded(r: number, width: number, height: number): Buffer {
  const pixels = Buffer.alloc(width * height * 4, 255)
  const corner = Math.ceil(r)
  for (let y = 0; y < corner; y++) {
    for (let x = 0; x < corner; x++) {
      const dx = Math.max(0, r - x - 0.5)
      const dy = Math.max(0, r - y - 0.5)
      const covered = dx === 0 || dy === 0 ? 1 : Math.min(1, Math.max(0, r + 0.5 - Math.hypot(dx, dy)))
      if (covered === 1) continue
      const alpha = Math.round(255 * covered)
      for (const row of [y, height - 1 - y]) {
        for (const column of [x, width - 1 - x]) pixels[4 * (row * width + column) + 3] = alpha
      }
    }
  }
  return pixels
}
