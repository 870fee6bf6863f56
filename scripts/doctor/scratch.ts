// Where test objects live, and that none of them stays.
import { randomBytes } from 'node:crypto'

import type OSS from 'ali-oss'

import { isNotFound } from './bucket.ts'

/** Below it every run has a folder of its own. */
export const SCRATCH_FOLDER = 'oss-image-origin-doctor/'

/** What an earlier run could not remove, because it was killed, is older than this. */
const STALE_MS = 3_600_000
const MOST_SWEEPS = 4

export interface Scratch {
  /** Ends with a slash. Everything below it belongs to this run, in both buckets. */
  readonly prefix: string
  key(name: string): string
  /**
   * Moves to where a rule applies, before anything is put.
   * @returns false where that is not within what was asked for
   */
  moveInto(prefix: string, suffix: string): boolean
  /** Something was written. */
  used(): void
  /** What OSS answered to a put or delete in the originals bucket: where that is versioned, every version has to be removed by itself. */
  note(key: string, headers: object): void
}

interface OpenScratch extends Scratch {
  /**
   * Removes everything below the prefix from both buckets, and what killed runs left.
   * @param pauseMs before looking once more whether something was stored meanwhile
   * @returns how many objects were removed, and what could not be.
   */
  clean(owner: { originals: OSS; compressed: OSS }, pauseMs: number): Promise<{ removed: number; left: string[] }>
}

/** @param base where test objects may lie: inside SOURCE_PREFIXES and the rule's own prefix; empty or a prefix. */
export function openScratch(base: string): OpenScratch {
  const run = `${randomBytes(6).toString('hex')}/`
  let folder = `${base}${SCRATCH_FOLDER}`
  let prefix = `${folder}${run}`
  let ending = ''
  const versions: { key: string; versionId: string }[] = []
  let isUsed = false

  async function clean(owner: { originals: OSS; compressed: OSS }, pauseMs: number) {
    const left: string[] = []
    let removed = 0
    if (!isUsed) return { removed, left }
    for (const { key, versionId } of versions) {
      try {
        await owner.originals.delete(key, { versionId } as OSS.RequestOptions)
      } catch (error) {
        if (!isNotFound(error)) left.push(`originals: ${key}, version ${versionId}`)
      }
    }
    // Originals first: whatever reads one from now on finds nothing, and stores nothing.
    for (const bucket of ['originals', 'compressed'] as const) {
      for (let sweep = 1; sweep <= MOST_SWEEPS; sweep++) {
        const keys = await belongings(owner[bucket], folder, prefix)
        for (const key of keys) await remove(owner[bucket], key)
        removed += keys.length
        if (keys.length === 0 && (bucket === 'originals' || sweep > 1)) break
        if (bucket === 'compressed') await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
      const keys = await belongings(owner[bucket], folder, prefix)
      left.push(...keys.map((key) => `${bucket}: ${key}`))
    }
    return { removed, left }
  }

  return {
    get prefix() {
      return prefix
    },
    key: (name) => prefix + name + (name.endsWith(ending) ? '' : ending),
    moveInto(wanted, suffix) {
      if (!prefix.startsWith(wanted) && !wanted.startsWith(base)) return false
      if (!prefix.startsWith(wanted)) folder = `${wanted}${SCRATCH_FOLDER}`
      prefix = `${folder}${run}`
      ending = suffix
      return true
    },
    used: () => {
      isUsed = true
    },
    note(key, headers) {
      const versionId = (headers as Record<string, string | undefined>)['x-oss-version-id']
      if (versionId !== undefined) versions.push({ key, versionId })
    },
    clean,
  }
}

/** Keys of this run, and of runs that ended long ago without cleaning up. Nothing can lie in a bucket that is not there. */
async function belongings(client: OSS, folder: string, prefix: string): Promise<string[]> {
  try {
    const page = await client.listV2({ prefix: folder, 'max-keys': '1000' }, {})
    const objects = (page.objects ?? []) as { name: string; lastModified: string }[]
    return objects
      .filter(({ name, lastModified }) => name.startsWith(prefix) || Date.parse(lastModified) < Date.now() - STALE_MS)
      .map(({ name }) => name)
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}

async function remove(client: OSS, key: string): Promise<void> {
  try {
    await client.delete(key)
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
