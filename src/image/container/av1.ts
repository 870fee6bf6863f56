// How large the frames of an AV1 stream can be, from its sequence headers. https://aomediacodec.github.io/av1-spec/, section 5

export interface FrameSize {
  readonly width: number
  readonly height: number
}

/** Bytes at an offset, fewer where there are fewer. Asked from front to back. */
export type Take = (at: number, count: number) => Buffer

const SEQUENCE_HEADER = 1

/** The longest one with all 32 operating points is shorter. */
const MOST_HEADER_BYTES = 512

/**
 * The largest size that a sequence header gives: no frame that follows can be larger. Steps over everything else.
 * @param steps how many units (OBUs) may be stepped over; counted down
 * @returns undefined where none is found, the stream is not understood, or has too many
 */
export function largestFrame(take: Take, steps: { left: number }): FrameSize | undefined {
  let largest: FrameSize | undefined
  let at = 0
  for (; steps.left > 0; steps.left--) {
    const head = take(at, 10)
    const [flags] = head
    if (flags === undefined) return largest
    let start = (flags & 4) === 0 ? 1 : 2
    let size = Infinity
    if ((flags & 2) !== 0) {
      size = 0
      // Seven bits a byte, the lowest first.
      for (let index = 0; ; index++) {
        const byte = head[start++]
        if (byte === undefined || index === 8) return undefined
        size += (byte & 127) * 128 ** index
        if (byte < 128) break
      }
    }
    if (((flags >> 3) & 15) === SEQUENCE_HEADER) {
      const found = sequenceSize(take(at + start, Math.min(size, MOST_HEADER_BYTES)))
      if (found === undefined) return undefined
      if (largest === undefined || found.width * found.height > largest.width * largest.height) largest = found
    }
    // Without a size it goes on to the end.
    if (size === Infinity) return largest
    at += start + size
  }
  return undefined
}

/** sequence_header_obu, up to the size. */
function sequenceSize(bytes: Buffer): FrameSize | undefined {
  let at = 0
  const bits = (count: number): number => {
    let value = 0
    for (let left = count; left > 0; left--, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1)
    return value
  }
  const flag = () => bits(1) === 1
  bits(4) // profile, still picture
  if (flag()) bits(5)
  else {
    let delayBits: number | undefined
    if (flag()) delayBits = timing(bits)
    const delays = flag()
    for (let point = bits(5); point >= 0; point--) {
      bits(12)
      if (bits(5) > 7) bits(1)
      if (delayBits !== undefined && flag()) bits(2 * delayBits + 1)
      if (delays && flag()) bits(4)
    }
  }
  const [widthBits, heightBits] = [bits(4) + 1, bits(4) + 1]
  const [width, height] = [bits(widthBits) + 1, bits(heightBits) + 1]
  return at <= 8 * bytes.length ? { width, height } : undefined
}

/** timing_info and decoder_model_info; the bits of a buffer's delay where there is a model. */
function timing(bits: (count: number) => number): number | undefined {
  bits(64)
  if (bits(1) === 1) {
    // uvlc: as many bits as there were zeros.
    let zeros = 0
    while (zeros < 32 && bits(1) === 0) zeros++
    if (zeros < 32) bits(zeros)
  }
  if (bits(1) === 0) return undefined
  const delayBits = bits(5) + 1
  bits(32 + 5 + 5)
  return delayBits
}
