import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Real pictures, where somebody has put them beside the project; a plain clone has none. */
const CORPUS = process.env['IMAGE_CORPUS'] ?? resolve('..', 'shared', 'corpus')

/** @returns paths below `folder` of the corpus, sorted; empty (with the reason printed once) where there is no corpus. */
export function corpusFiles(folder: string): string[] {
  const path = join(CORPUS, folder)
  if (!existsSync(path)) {
    process.stderr.write(
      `note: no picture corpus at ${path}: these tests run on drawn pictures only (set IMAGE_CORPUS)\n`,
    )
    return []
  }
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}
