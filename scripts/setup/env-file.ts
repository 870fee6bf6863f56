// One setting in a .env file: its value changes, every other byte of the file stays.
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import { parse } from 'dotenv'

// One assignment as dotenv reads it: a quoted value may run over several lines, and what stands in it is no assignment.
const ASSIGNMENT =
  /^[^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)([^\S\r\n]*=[^\S\r\n]*)('(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`|[^#\r\n]*)/gm

/**
 * The file with another value for a setting: in place of the last one, which is the one that counts, or on a line of its own.
 * @param text every character one byte (latin1), so that bytes that are no UTF-8 stay too.
 * @throws Error where the result would not read as wanted.
 */
export function withSetting(text: string, name: string, value: string): string {
  let place: { start: number; end: number } | undefined
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [whole, found, , old = ''] = match
    if (found !== name) continue
    const end = match.index + whole.length
    // Space before a comment is not part of the value.
    const space = /^['"`]/.test(old) ? 0 : old.length - old.trimEnd().length
    place = { start: end - old.length, end: end - space }
  }
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const gap = text === '' || text.endsWith('\n') ? '' : newline
  const rest = text.slice(place?.end)
  const next = place
    ? text.slice(0, place.start) + value + (rest.startsWith('#') ? ' ' : '') + rest
    : `${text}${gap}${name}=${value}${newline}`
  const before = parse(text)
  const after = parse(next)
  const same = Object.keys({ ...before, ...after }).every((key) => after[key] === (key === name ? value : before[key]))
  if (same) return next
  throw new Error(`Expected to set ${name} and nothing else, got a file that reads differently. Set it by hand.`)
}

/** Writes a setting into a file that only its owner may read. Whole or not at all, also when interrupted. */
export function writeSetting(file: string, name: string, value: string): void {
  const target = existsSync(file) ? realpathSync(file) : file
  const text = existsSync(target) ? readFileSync(target, 'latin1') : ''
  const draft = `${target}.${process.pid}.tmp`
  try {
    writeFileSync(draft, withSetting(text, name, value), { encoding: 'latin1', mode: 0o600, flag: 'wx' })
    renameSync(draft, target)
  } finally {
    rmSync(draft, { force: true })
  }
}
