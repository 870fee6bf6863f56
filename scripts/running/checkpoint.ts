// Where a long command was, so that it goes on there after Ctrl-C, kill -9 or a power cut.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

import { EXIT, fail } from '../args.ts'

/** What a checkpoint is of: a run that asks for the same can go on from it, another one cannot. Plain data. */
export type RunFacts = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface Checkpoint<State> {
  /** What an earlier run left, if anything. */
  readonly left: State | undefined
  /** Whole or not at all, whatever happens meanwhile. */
  save(state: State): void
  /** The run has come to its end. */
  remove(): void
}

/**
 * @param file made with its folder at the first save.
 * @param facts of this run. Ends the process with 2 where the file is of a run that asked for something else.
 * @param anew forget what was left.
 */
export function openCheckpoint<State>(file: string, facts: RunFacts, anew: boolean): Checkpoint<State> {
  if (anew) rmSync(file, { force: true })
  return {
    left: existsSync(file) ? (read(file, facts) as State) : undefined,
    save: (state) => writeWhole(file, JSON.stringify({ facts, state })),
    remove: () => rmSync(file, { force: true }),
  }
}

function read(file: string, facts: RunFacts): unknown {
  let left: { facts: RunFacts; state: unknown }
  try {
    left = JSON.parse(readFileSync(file, 'utf8')) as typeof left
  } catch {
    return fail(EXIT.usage, `Expected a checkpoint in ${file}, got something else. --fresh begins anew.`)
  }
  const other = [...new Set([...Object.keys(facts), ...Object.keys(left.facts)])].filter(
    (name) => JSON.stringify(facts[name]) !== JSON.stringify(left.facts[name]),
  )
  if (other.length === 0) return left.state
  const differences = other.map((name) => `${name} was ${show(left.facts[name])}, is ${show(facts[name])}`).join('; ')
  return fail(
    EXIT.usage,
    `Expected to go on with the run that ${file} is of, got another one: ${differences}.\n` +
      'Ask for the same, or name another --checkpoint, or begin anew with --fresh.',
  )
}

/** Written beside, made durable, then put in place: a rename is whole or has not happened. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const beside = `${file}.new`
  const handle = openSync(beside, 'w')
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(beside, file)
}

const show = (value: RunFacts[string]) => (value === undefined ? 'not given' : `«${JSON.stringify(value)}»`)
