/** WebP (https://www.rfc-editor.org/rfc/rfc9649): how the frames in a file are coded. */
export interface WebpFacts {
  /** Every frame is lossless (VP8L). */
  lossless: boolean
  /** Frames of both kinds. */
  mixed: boolean
  animated: boolean
}

/** Walks RIFF chunks from `at`; a chunk that does not fit ends the walk. */
function* chunks(source: Buffer, at: number, end: number): Generator<{ type: string; start: number; end: number }> {
  while (at + 8 <= end) {
    const size = source.readUInt32LE(at + 4)
    const stop = Math.min(at + 8 + size, end)
    yield { type: source.toString('latin1', at, at + 4), start: at + 8, end: stop }
    at += 8 + size + (size & 1)
  }
}

export function readWebp(source: Buffer): WebpFacts {
  let lossy = 0
  let lossless = 0
  let animated = false
  const count = (type: string): void => {
    if (type === 'VP8 ') lossy++
    if (type === 'VP8L') lossless++
  }
  for (const chunk of chunks(source, 12, source.length)) {
    count(chunk.type)
    if (chunk.type !== 'ANMF') continue
    animated = true
    // 16 bytes of position, size, duration and blending come before a frame's own chunks.
    for (const inner of chunks(source, chunk.start + 16, chunk.end)) count(inner.type)
  }
  return { lossless: lossless > 0 && lossy === 0, mixed: lossless > 0 && lossy > 0, animated }
}
