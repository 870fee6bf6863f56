import { seededRandom as numbersOf } from '../local/oss/faults/random.ts'

/** Numbers that are the same on every run of a seed. */
export interface Random {
  /** 0 up to, not including, 1. */
  next(): number
  /** An integer from 0 to `below` − 1. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
}

export function seededRandom(seed: number): Random {
  const next = numbersOf(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    pick<T>(from: readonly T[]): T {
      const picked = from[below(from.length)]
      if (picked === undefined) throw new RangeError('Expected something to pick from, got nothing')
      return picked
    },
  }
}
