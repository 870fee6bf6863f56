/** Builds the new file out of ranges of the old one. Allocates nothing while the ranges kept are still one range. */
export interface Output {
  /** The bytes from `start` to `end` of the source go out as they are. */
  keep(start: number, end: number): void
  /** `part` goes out in place of the source's bytes from `start` to `end`. Tells whether that changes anything. */
  replace(start: number, end: number, part: Buffer): boolean
  /** `part` goes out although the source has nothing like it. */
  add(part: Buffer): void
  /** Bytes that have gone out so far: where the next one will lie. */
  length(): number
  /** The new file; the source itself, not a copy, where every byte of it was kept. */
  done(): Buffer
}

/** What a replacement may add beyond the source's length before the buffer has to grow. */
const RESERVE_BYTES = 4096

/**
 * @param source the file that is read from
 * @returns an empty output over it; what it allocates is in the order of the source's length, however many ranges are kept
 */
export function createOutput(source: Buffer): Output {
  let bytes: Buffer | undefined
  let written = 0
  let keptFrom = 0
  let keptTo = 0

  const room = (count: number): Buffer => {
    bytes ??= Buffer.allocUnsafe(source.length + RESERVE_BYTES)
    if (written + count > bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (written + count))
      bytes.copy(larger, 0, 0, written)
      bytes = larger
    }
    return bytes
  }
  const flush = (): void => {
    if (keptTo > keptFrom) written += source.copy(room(keptTo - keptFrom), written, keptFrom, keptTo)
    keptFrom = keptTo
  }
  const keep = (start: number, end: number): void => {
    if (start !== keptTo) {
      flush()
      keptFrom = start
    }
    keptTo = end
  }
  const add = (part: Buffer): void => {
    flush()
    written += part.copy(room(part.length), written)
  }

  return {
    keep,
    add,
    replace(start, end, part) {
      if (part.length === end - start && source.compare(part, 0, part.length, start, end) === 0) {
        keep(start, end)
        return false
      }
      add(part)
      return true
    },
    length: () => written + (keptTo - keptFrom),
    done() {
      if (written === 0 && keptFrom === 0 && keptTo === source.length) return source
      flush()
      return bytes === undefined ? source.subarray(0, 0) : bytes.subarray(0, written)
    },
  }
}
