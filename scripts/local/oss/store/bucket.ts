// Objects of one bucket: a sorted set of keys in memory, records in a journal, bytes in data files.
//
// What makes a change visible is one journal line written and one entry set in the same turn of the event loop. A killed
// process therefore leaves the old object or the new one, and two requests never see half of each other.

import { join } from 'node:path'
import { rmSync, statSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { openDataFiles } from './data.ts'
import type { DataFiles, DataWriter, Segment } from './data.ts'
import { openJournal, rewriteJournal } from './journal.ts'
import type { Journal, Place } from './journal.ts'
import { SortedKeys } from './keys.ts'
import type { KeyEntry } from './keys.ts'
import type { ObjectMeta, ObjectWriter, StoredObject } from './types.ts'
import { createUploads } from './uploads.ts'
import type { UploadRecord, Uploads } from './uploads.ts'

/** A stored object and where its bytes are. */
export interface ObjectRecord extends StoredObject {
  segments: Segment[]
  /** When a restore of an archived object was asked for, in ms since the epoch. */
  restoreStarted?: number
}

type JournalRecord = { put: ObjectRecord; upload?: string } | { delete: string[] } | UploadRecord

export interface CommitOptions {
  ifAbsent?: boolean
  lastModified?: number
  type?: StoredObject['type']
  target?: string
}

export interface BucketWriter extends ObjectWriter {
  /** Digests of what was written; afterwards only `commit` or `abort`. */
  finish(): Promise<{ md5: Buffer; crc64: string; size: number }>
  commit(key: string, meta: ObjectMeta, options?: CommitOptions): Promise<StoredObject | 'exists'>
}

export interface BucketFiles {
  readonly size: number
  find(key: string): ObjectRecord | undefined
  /** The first key at or after (`inclusive` false: after) `from`, in byte order. */
  seek(from: string, inclusive: boolean): string | undefined
  /** Bytes `start` to `end` (both included). A replaced object's bytes stay until its readers are done. */
  read(record: ObjectRecord, start?: number, end?: number): Readable
  openWriter(): BucketWriter
  /** Puts a record whose bytes are already in data files; for copies, appends and joined parts. */
  put(record: ObjectRecord, options?: { upload?: string; keep?: readonly string[] }): Promise<StoredObject>
  /** @returns the keys that were there. */
  remove(keys: readonly string[]): Promise<string[]>
  readonly data: DataFiles
  readonly uploads: Uploads
  close(): void
}

export interface BucketOptions {
  folder: string
  durable: boolean
  now: () => number
}

// A journal is rewritten at start when less than half of it still counts and it is worth the work.
const REWRITE_BYTES = 1 << 20

/** Whole seconds, as Last-Modified has no finer unit. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

export function openBucket({ folder, durable, now }: BucketOptions): BucketFiles {
  const path = join(folder, 'journal')
  const data = openDataFiles(join(folder, 'data'), durable)
  rmSync(`${path}.new`, { force: true })
  let { journal, keys, uploads, live, segments } = load(path, data)
  if (journal.bytes > REWRITE_BYTES && live < journal.bytes / 2) {
    const old = { journal, keys, uploads }
    rewriteJournal(path, survivors(old.journal, old.keys, old.uploads))
    old.journal.close()
    ;({ journal, keys, uploads, segments } = load(path, data))
  }
  const inUse = new Set([...segments.values(), uploads.segments()].flatMap((each) => each.map(({ file }) => file)))
  segments.clear()
  data.sweep(inUse)

  const settle = async (): Promise<void> => {
    if (durable) await journal.sync()
  }
  const find = (key: string): ObjectRecord | undefined => {
    const entry = keys.get(key)
    return entry && recordAt(journal, entry)
  }
  const put: BucketFiles['put'] = async (record, options = {}) => {
    const old = find(record.key)
    const line: JournalRecord = options.upload === undefined ? { put: record } : { put: record, upload: options.upload }
    const { at, bytes } = journal.append(line)
    keys.set(record.key, at, bytes)
    const kept = new Set([...record.segments.map(({ file }) => file), ...(options.keep ?? [])])
    if (options.upload !== undefined) data.remove(uploads.forget(options.upload).filter(({ file }) => !kept.has(file)))
    await settle()
    if (old) data.remove(old.segments.filter(({ file }) => !kept.has(file)))
    return record
  }

  return {
    get size() {
      return keys.size
    },
    find,
    seek: (from, inclusive) => keys.seek(from, inclusive)?.key,
    read: (record, start = 0, end = record.size - 1) => data.read(record.segments, start, end),
    openWriter: () => objectWriter(data.openWriter(), { find, put, now }),
    put,
    async remove(asked) {
      const there = [...new Set(asked)].filter((key) => keys.get(key))
      if (there.length === 0) return []
      const segments = there.flatMap((key) => find(key)?.segments ?? [])
      journal.append({ delete: there } satisfies JournalRecord)
      for (const key of there) keys.delete(key)
      await settle()
      data.remove(segments)
      return there
    },
    data,
    uploads: {
      ...uploads,
      async record(line) {
        uploads.apply(line)
        journal.append(line)
        await settle()
      },
    },
    close: () => journal.close(),
  }
}

interface ForWriter {
  find: BucketFiles['find']
  put: BucketFiles['put']
  now: () => number
}

function objectWriter(writer: DataWriter, { find, put, now }: ForWriter): BucketWriter {
  return {
    get bytes() {
      return writer.bytes
    },
    write: (chunk) => writer.write(chunk),
    finish: () => writer.finish(),
    abort: () => writer.abort(),
    async commit(key, meta, options = {}) {
      const written = await writer.finish()
      // From here to the journal line nothing is awaited: the check and the change are one step.
      if (options.ifAbsent && find(key)) {
        await writer.abort()
        return 'exists'
      }
      return put({
        ...meta,
        key,
        size: written.size,
        etag: written.md5.toString('hex').toUpperCase(),
        crc64: written.crc64,
        md5: written.md5.toString('base64'),
        lastModified: wholeSeconds(options.lastModified ?? now()),
        type: options.type ?? 'Normal',
        ...(options.target === undefined ? {} : { target: options.target }),
        segments: written.segment ? [written.segment] : [],
      })
    },
  }
}

interface Loaded {
  journal: Journal
  keys: SortedKeys
  uploads: Uploads
  /** Bytes of journal lines that still count. */
  live: number
  /** Which files each key's object has. Kept until stray files are swept only. */
  segments: Map<string, readonly Segment[]>
}

function load(path: string, data: DataFiles): Loaded {
  const keys = new SortedKeys()
  const uploads = createUploads(data)
  const segments = new Map<string, readonly Segment[]>()
  let live = 0
  const journal = openJournal(path, (line, place: Place) => {
    const record = line as JournalRecord
    if ('put' in record) {
      live += place.bytes - (keys.get(record.put.key)?.bytes ?? 0)
      keys.set(record.put.key, place.at, place.bytes)
      segments.set(record.put.key, record.put.segments)
      if (record.upload !== undefined) uploads.forget(record.upload)
    } else if ('delete' in record) {
      for (const key of record.delete) {
        live -= keys.get(key)?.bytes ?? 0
        keys.delete(key)
        segments.delete(key)
      }
    } else uploads.apply(record)
  })
  return { journal, keys, uploads, live, segments }
}

function recordAt(journal: Journal, entry: KeyEntry): ObjectRecord {
  return (journal.read(entry) as { put: ObjectRecord }).put
}

function* survivors(journal: Journal, keys: SortedKeys, uploads: Uploads): Generator<JournalRecord> {
  for (const entry of keys.entries()) yield { put: recordAt(journal, entry) }
  yield* uploads.records()
}

/** Whether the folder holds a bucket. */
export function isBucketFolder(folder: string): boolean {
  return statSync(join(folder, 'bucket.json'), { throwIfNoEntry: false })?.isFile() ?? false
}
