import { didYouMean } from '../nearest.ts'

/** What values a parameter takes: how they are read, printed in the one canonical way, and described. */
export interface Kind<T> {
  /** Completes «Expected resize w to be …». */
  readonly expected: string
  /** The value, or undefined for anything else. May throw a KeyFault of its own where that says more. */
  parse(text: string): T | undefined
  /** The canonical spelling; `parse(print(v))` is `v`. */
  print(value: T): string
  /** More about a refused text, appended to the message. */
  hint?(text: string): string
}

/**
 * Strict decimal integers: no sign but a needed minus, no leading zeros, no exponent, no blanks. `Number()` and
 * `parseInt` accept many spellings of one number, and each would be stored as another object.
 */
export function integer(from: number, to: number): Kind<number> {
  return {
    expected: `an integer from ${from} to ${to}`,
    parse(text) {
      if (!/^(?:0|-?[1-9]\d{0,8})$/.test(text)) return undefined
      const value = Number(text)
      return value >= from && value <= to ? value : undefined
    },
    print: String,
  }
}

/** 0 or 1. Kept as a number: `limit` and the like are written so everywhere. */
export const flag: Kind<0 | 1> = {
  expected: '0 or 1',
  parse: (text) => (text === '0' ? 0 : text === '1' ? 1 : undefined),
  print: String,
}

/**
 * One of the listed words, in exactly this spelling.
 * @param aliases other spellings that are read, never printed.
 */
export function choice<const T extends string>(
  words: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): Kind<T> {
  return {
    expected: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text) ?? (Object.hasOwn(aliases, text) ? aliases[text] : undefined),
    print: (value) => value,
    hint: (text) => didYouMean(text, words),
  }
}

/** RRGGBB; kept and printed in lower case. */
export const colour: Kind<string> = {
  expected: 'a colour of six hexadecimal digits such as ff0000',
  parse: (text) => (/^[\da-f]{6}$/i.test(text) ? text.toLowerCase() : undefined),
  print: (value) => value,
}
