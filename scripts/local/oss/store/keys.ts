// Keys of one bucket in the byte order of their UTF-8 form, which is the order OSS lists in.

/** Where an object's record lies in the journal; everything else about the object is read from there. */
export interface KeyEntry {
  readonly key: string
  at: number
  bytes: number
}

/**
 * Compares keys as their UTF-8 bytes would compare. JavaScript compares UTF-16 units, which puts characters beyond the
 * basic plane (surrogates, 0xD800…) before 0xE000…0xFFFF; UTF-8 does not.
 */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at += 1) {
    let left = a.charCodeAt(at)
    let right = b.charCodeAt(at)
    if (left !== right) {
      if (left >= 0xd800 && right >= 0xd800) {
        left = left >= 0xe000 ? left - 0x800 : left + 0x2000
        right = right >= 0xe000 ? right - 0x800 : right + 0x2000
      }
      return left - right
    }
  }
  return a.length - b.length
}

// Inserting moves at most this many pointers; the array of blocks stays short too (100,000 keys: some 300 blocks).
const BLOCK_KEYS = 512

/** A sorted set of key entries: blocks of sorted arrays, found by binary search. */
export class SortedKeys {
  #blocks: KeyEntry[][] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get(key: string): KeyEntry | undefined {
    const block = this.#blocks[this.#blockOf(key)]
    if (!block) return undefined
    const entry = block[firstAtLeast(block, key)]
    return entry?.key === key ? entry : undefined
  }

  set(key: string, at: number, bytes: number): void {
    const which = this.#blockOf(key)
    const block = this.#blocks[which]
    if (!block) {
      this.#blocks.push([{ key, at, bytes }])
      this.#size += 1
      return
    }
    const index = firstAtLeast(block, key)
    const entry = block[index]
    if (entry?.key === key) {
      entry.at = at
      entry.bytes = bytes
      return
    }
    block.splice(index, 0, { key, at, bytes })
    this.#size += 1
    if (block.length > BLOCK_KEYS) {
      // Keys that arrive in order fill the last block; halving it would leave every block half empty.
      const keep = which === this.#blocks.length - 1 && index === BLOCK_KEYS ? BLOCK_KEYS : BLOCK_KEYS / 2
      this.#blocks.splice(which + 1, 0, block.splice(keep))
    }
  }

  delete(key: string): boolean {
    const which = this.#blockOf(key)
    const block = this.#blocks[which]
    if (!block) return false
    const index = firstAtLeast(block, key)
    if (block[index]?.key !== key) return false
    block.splice(index, 1)
    if (block.length === 0) this.#blocks.splice(which, 1)
    this.#size -= 1
    return true
  }

  /** The first entry whose key is `from` or comes after it (`inclusive` false: strictly after). */
  seek(from: string, inclusive = true): KeyEntry | undefined {
    let which = this.#blockOf(from)
    for (; which < this.#blocks.length; which += 1) {
      const block = this.#blocks[which] ?? []
      let index = firstAtLeast(block, from)
      if (!inclusive && block[index]?.key === from) index += 1
      const entry = block[index]
      if (entry) return entry
    }
    return undefined
  }

  *entries(): Generator<KeyEntry> {
    for (const block of this.#blocks) yield* block
  }

  /** The last block that starts at or before the key (the first one when none does). */
  #blockOf(key: string): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const first = this.#blocks[middle]?.[0]
      if (first && compareKeys(first.key, key) <= 0) low = middle
      else high = middle - 1
    }
    return low
  }
}

function firstAtLeast(block: KeyEntry[], key: string): number {
  let low = 0
  let high = block.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = block[middle]
    if (entry && compareKeys(entry.key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
