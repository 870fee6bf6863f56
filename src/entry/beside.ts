import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** A file that the build puts beside the entries; undefined where there is none, or nothing was built. */
export function beside(...name: string[]): string | undefined {
  const path = typeof __dirname === 'string' ? join(__dirname, ...name) : ''
  return path !== '' && existsSync(path) ? path : undefined
}
