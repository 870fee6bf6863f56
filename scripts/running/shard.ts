import { EXIT, fail } from '../args.ts'

/** One of `of` parts of all keys, counted from 1. */
export interface Shard {
  part: number
  of: number
}

/** `2/8` → the second of eight. Ends the process with 2 for anything else. */
export function readShard(text: string): Shard {
  const [, part = '', of = ''] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []
  const shard = { part: Number(part), of: Number(of) }
  if (shard.part >= 1 && shard.part <= shard.of) return shard
  return fail(EXIT.usage, `Expected --shard as part/parts, such as 2/8, got «${text}».`)
}

/** Every key belongs to exactly one part, whatever it is next to: neighbours in a listing are spread. FNV-1a, 32 bits. */
export function isInShard(key: string, { part, of }: Shard): boolean {
  if (of === 1) return true
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  // The low bits of FNV alone follow the last characters too closely.
  hash ^= hash >>> 15
  return (hash >>> 0) % of === part - 1
}
