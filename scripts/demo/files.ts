import { existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'

/** A picture to upload: on disk, or drawn. */
export interface Upload {
  key: string
  /** What ali-oss puts: the path of a file, or its bytes. */
  content: string | Buffer
  bytes: number
}

/**
 * Files as named, folders with everything below them but what is hidden; keys are paths below what was named.
 * @throws Error for a name that is not there, and for two files that would have the same key.
 */
export async function findUploads(named: readonly string[]): Promise<Upload[]> {
  const found = new Map<string, Upload>()
  const add = (key: string, path: string) => {
    const before = found.get(key)
    if (before !== undefined && before.content !== path)
      throw new Error(
        `Expected each file to have a key of its own, got two for «${key}»: ${String(before.content)} and ${path}.`,
      )
    found.set(key, { key, content: path, bytes: statSync(path).size })
  }
  for (const name of named) {
    const path = resolve(name)
    if (!existsSync(path)) throw new Error(`Expected a file or folder, got «${name}», which is not there.`)
    if (statSync(path).isFile()) {
      add(basename(path), path)
      continue
    }
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const full = join(entry.parentPath ?? entry.path, entry.name)
      const key = relative(path, full).split(sep).join('/')
      const hidden = key.split('/').some((part) => part.startsWith('.'))
      if (entry.isFile() && !hidden) add(key, full)
    }
  }
  return [...found.values()]
}
