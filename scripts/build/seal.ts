// The same bytes twice: a deployed archive also holds modes and times, and Serverless Devs uploads only what changed.
import { chmodSync, lstatSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'

/** Any fixed moment; zip archives cannot say anything before 1980. */
const BUILT_AT = new Date('2000-01-01T00:00:00Z')

/** Files a program starts: they stay executable in the archive. */
export const EXECUTABLE: readonly string[] = ['bootstrap']

/** Gives everything in the folder fixed modes and times, whatever umask and clock this machine has. */
export function seal(folder: string): void {
  for (const file of filesIn(folder)) {
    chmodSync(join(folder, file), EXECUTABLE.includes(file) ? 0o755 : 0o644)
    utimesSync(join(folder, file), BUILT_AT, BUILT_AT)
  }
  for (const directory of directoriesIn(folder)) {
    chmodSync(directory, 0o755)
    utimesSync(directory, BUILT_AT, BUILT_AT)
  }
}

/** Every file below, by its path from the folder, sorted. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => lstatSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
}

/** The folder and every one below it, deepest first: writing into one changes its time. */
function directoriesIn(folder: string): string[] {
  const below = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
  return [folder, ...below].filter((path) => lstatSync(path).isDirectory()).toSorted((a, b) => b.length - a.length)
}
