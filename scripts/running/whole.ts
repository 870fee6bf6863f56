import { EXIT, fail } from '../args.ts'

/** A whole number of an option. Ends the process with 2 for anything else. */
export function readWhole(name: string, text: string, least: number, most: number): number {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  return fail(EXIT.usage, `Expected --${name} to be a whole number from ${least} to ${most}, got «${text}».`)
}
