// The folder of buckets: `buckets/<name>/{bucket.json, journal, data/}`.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isBucketFolder, openBucket } from './bucket.ts'
import type { BucketFiles } from './bucket.ts'
import type { ObjectSink } from './types.ts'

export type BucketAcl = 'private' | 'public-read' | 'public-read-write'

/** What is known of a bucket besides its objects. `documents` are configurations kept as they were sent, by name. */
export interface BucketSettings {
  ownerId: string
  /** Milliseconds since the epoch. */
  created: number
  acl: BucketAcl
  storageClass: string
  blockPublicAccess: boolean
  versioning?: 'Enabled' | 'Suspended'
  documents: Record<string, string>
}

export interface Bucket {
  readonly name: string
  readonly settings: Readonly<BucketSettings>
  readonly files: BucketFiles
  /** Replaces some settings, atomically. */
  update(change: Partial<BucketSettings>): void
}

export interface Store extends ObjectSink {
  buckets(): Bucket[]
  bucket(name: string): Bucket | undefined
  createBucket(name: string, settings: BucketSettings): Bucket
  /** Removes a bucket with all that is in it; whether that is allowed is the caller's question. */
  removeBucket(name: string): void
  close(): void
}

export interface StoreOptions {
  dataDir: string
  now: () => number
  /** Force bytes to disk before answering. Without it a killed process loses nothing, a power cut may. */
  durable?: boolean
}

/** Opens the folder. Throws when another live process has it open: two writers would tear the journals. */
export function openStore({ dataDir, now, durable = true }: StoreOptions): Store {
  const root = join(dataDir, 'buckets')
  mkdirSync(root, { recursive: true })
  const unlock = lock(resolve(dataDir, 'lock'))
  const open = new Map<string, Bucket>()

  const openNamed = (name: string, known: BucketSettings): Bucket => {
    const folder = join(root, name)
    let settings = known
    const bucket: Bucket = {
      name,
      get settings() {
        return settings
      },
      files: openBucket({ folder, durable, now }),
      update(change) {
        settings = { ...settings, ...change }
        writeSettings(folder, settings)
      },
    }
    open.set(name, bucket)
    return bucket
  }

  for (const name of readdirSync(root)) {
    const folder = join(root, name)
    // A folder without settings was being created or removed when the process ended.
    if (isBucketFolder(folder)) openNamed(name, readSettings(folder))
    else rmSync(folder, { recursive: true, force: true })
  }

  const need = (name: string): Bucket => {
    const bucket = open.get(name)
    if (!bucket) throw new Error(`Expected an existing bucket, got ${name}`)
    return bucket
  }

  return {
    buckets: () => [...open.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    bucket: (name) => open.get(name),
    createBucket(name, settings) {
      const folder = join(root, name)
      mkdirSync(folder, { recursive: true })
      writeSettings(folder, settings)
      return openNamed(name, settings)
    },
    removeBucket(name) {
      need(name).files.close()
      open.delete(name)
      const folder = join(root, name)
      rmSync(join(folder, 'bucket.json'))
      rmSync(folder, { recursive: true, force: true })
    },
    head: async (bucket, key) => need(bucket).files.find(key),
    openWriter: async (bucket) => need(bucket).files.openWriter(),
    close() {
      for (const bucket of open.values()) bucket.files.close()
      open.clear()
      unlock()
    },
  }
}

function readSettings(folder: string): BucketSettings {
  return JSON.parse(readFileSync(join(folder, 'bucket.json'), 'utf8')) as BucketSettings
}

function writeSettings(folder: string, settings: BucketSettings): void {
  const path = join(folder, 'bucket.json')
  const fresh = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(fresh, JSON.stringify(settings, undefined, 2) + '\n')
  renameSync(fresh, path)
}

/** Holders within this process; the file alone cannot tell two servers of one process apart. */
const held = new Set<string>()

function lock(path: string): () => void {
  let holder = 0
  try {
    holder = Number(readFileSync(path, 'utf8'))
  } catch {
    // No lock file: nobody holds it.
  }
  if (held.has(path) || (holder > 0 && holder !== process.pid && isAlive(holder))) {
    throw new Error(`Expected a data folder of our own, got one that process ${holder} has open: ${path}`)
  }
  writeFileSync(path, String(process.pid))
  held.add(path)
  return () => {
    held.delete(path)
    rmSync(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
