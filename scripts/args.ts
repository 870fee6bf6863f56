// Command lines of all scripts: node:util's parser, one way to fail (exit 2) and one --help.
import { parseArgs, type ParseArgsConfig } from 'node:util'

/** Exit codes every command keeps to. */
export const EXIT = { ok: 0, wrong: 1, usage: 2 } as const

/**
 * Parses process.argv; prints help and ends with 0 on --help, ends with 2 and the reason on a wrong option.
 * @param help what --help prints.
 */
export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(options: T, help: string) {
  try {
    const parsed = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true })
    if ((parsed.values as { help?: boolean }).help === true) {
      process.stdout.write(`${help.trim()}\n`)
      process.exit(EXIT.ok)
    }
    return parsed
  } catch (error) {
    return fail(EXIT.usage, `${error instanceof Error ? error.message : String(error)}\n\n${help.trim()}`)
  }
}

/** Ends the process with a message on stderr. */
export function fail(code: number, message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}
