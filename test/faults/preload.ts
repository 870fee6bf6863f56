import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A program that runs inside the built function before it, and files that tell it what to do. */
export interface Preload {
  /** For the function's environment. */
  NODE_OPTIONS: string
  /** Sets what the program finds in `FILE`, all at once. */
  tell(text: string): void
  remove(): void
}

/** @param program CommonJS; `FILE` is the path of what it is told, which is empty at first. */
export function preload(program: string): Preload {
  const folder = mkdtempSync(join(tmpdir(), 'preload-'))
  // For a function that runs as somebody else.
  chmodSync(folder, 0o755)
  const file = join(folder, 'told')
  const script = join(folder, 'preload.cjs')
  const tell = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  tell('')
  writeFileSync(script, `const FILE = ${JSON.stringify(file)}\n${program}`)
  return { NODE_OPTIONS: `--require ${script}`, tell, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A clock that a test moves: the function's by its environment, and OSS's by `now`. */
export interface MovableClock extends Omit<Preload, 'tell'> {
  now(): number
  /** How far it is ahead of the machine's; less than 0: behind. */
  set(aheadMs: number): void
}

export function movableClock(): MovableClock {
  const { tell, ...rest } = preload(`
    const { readFileSync } = require('node:fs')
    const Real = Date
    const now = () => Real.now() + Number(readFileSync(FILE, 'utf8'))
    globalThis.Date = new Proxy(Real, {
      construct: (target, given) => (given.length === 0 ? new target(now()) : new target(...given)),
      get: (target, name) => (name === 'now' ? now : target[name]),
    })`)
  let ahead = 0
  return {
    ...rest,
    now: () => Date.now() + ahead,
    set(aheadMs) {
      ahead = aheadMs
      tell(String(ahead))
    },
  }
}
