// Which keys were under way: after kill -9 nobody knows whether the function is still at work on them.
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

export interface StartedJournal {
  /** Keys that a run which did not end well may have under way, and until when (ms since 1970). */
  readonly uncertain: ReadonlySet<string>
  readonly untilMs: number
  start(key: string): void
  end(key: string): void
  /** What is under way now, for the checkpoint; what the file has besides is then forgotten. */
  underWay(): string[]
  forget(): void
  remove(): void
}

/**
 * @param left keys under way at the last checkpoint.
 * @param limitMs how long a request to the mirror lasts at most.
 */
export function openJournal(file: string, left: readonly string[], limitMs: number): StartedJournal {
  const since = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  const uncertain = new Set(left)
  for (const line of since) {
    const key = keyIn(line)
    if (key !== undefined) uncertain.add(key)
  }
  const untilMs = uncertain.size === 0 ? 0 : (existsSync(file) ? statSync(file).mtimeMs : Date.now()) + limitMs
  mkdirSync(dirname(file), { recursive: true })
  const handle = openSync(file, 'a')
  const current = new Set<string>()
  return {
    uncertain,
    untilMs,
    start(key) {
      current.add(key)
      writeSync(handle, `${JSON.stringify(key)}\n`)
    },
    end: (key) => void current.delete(key),
    underWay: () => [...current],
    forget: () => ftruncateSync(handle, 0),
    remove() {
      closeSync(handle)
      rmSync(file, { force: true })
    },
  }
}

/** The last line may be cut off. */
function keyIn(line: string): string | undefined {
  try {
    return line === '' ? undefined : (JSON.parse(line) as string)
  } catch {
    return undefined
  }
}
