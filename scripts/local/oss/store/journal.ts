// An append-only file of JSON lines: the one truth about which objects a bucket has.
//
// A line is written with one write call in one turn of the event loop, so a process killed at any moment leaves either
// the whole line or a beginning of it; the beginning is cut off when the journal is opened again.

import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

const datasync = promisify(fdatasync)

// One read while loading; lines are a few hundred bytes.
const CHUNK_BYTES = 1 << 20

export interface Place {
  at: number
  bytes: number
}

export interface Journal {
  /** Writes one record at once (not yet forced to disk) and says where it lies. */
  append(record: unknown): Place
  read(place: Place): unknown
  /** Forces everything appended so far to disk; calls at the same time share one flush. */
  sync(): Promise<void>
  readonly bytes: number
  close(): void
}

/**
 * Opens or creates a journal and hands every whole record to `load`, in order.
 * Throws where a line in the middle is not JSON: that is no crash but damage, and guessing would lose objects.
 */
export function openJournal(path: string, load: (record: unknown, place: Place) => void): Journal {
  const fd = openSync(path, 'a+')
  let end = loadLines(fd, path, load)
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  return {
    append(record) {
      const line = Buffer.from(JSON.stringify(record) + '\n')
      let written = 0
      while (written < line.length) written += writeSync(fd, line, written)
      const place = { at: end, bytes: line.length }
      end += line.length
      return place
    },
    read({ at, bytes }) {
      const buffer = Buffer.allocUnsafe(bytes)
      readFully(fd, buffer, at, path)
      return JSON.parse(buffer.toString('utf8'))
    },
    async sync() {
      next ??= (async () => {
        await running?.catch(() => undefined)
        running = next
        next = undefined
        await datasync(fd)
      })()
      await next
    },
    get bytes() {
      return end
    },
    close() {
      closeSync(fd)
    },
  }
}

/** Replaces a journal by one that holds only `records`; the old one stays until the new one is whole. */
export function rewriteJournal(path: string, records: Iterable<unknown>): void {
  const fresh = `${path}.new`
  const fd = openSync(fresh, 'w')
  let lines: string[] = []
  const flush = () => {
    const bytes = Buffer.from(lines.join(''))
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
    lines = []
  }
  for (const record of records) {
    lines.push(JSON.stringify(record) + '\n')
    if (lines.length >= 1000) flush()
  }
  flush()
  closeSync(fd)
  renameSync(fresh, path)
}

function readFully(fd: number, buffer: Buffer, at: number, path: string): void {
  let filled = 0
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, at + filled)
    if (count === 0) throw new Error(`Expected ${buffer.length} bytes at ${at} of ${path}, got ${filled}`)
    filled += count
  }
}

/** @returns the length of the whole lines; whatever follows them is cut off. */
function loadLines(fd: number, path: string, load: (record: unknown, place: Place) => void): number {
  const total = fstatSync(fd).size
  let rest = Buffer.alloc(0)
  let start = 0
  for (let at = 0; at < total;) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, total - at))
    readFully(fd, chunk, at, path)
    at += chunk.length
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    let from = 0
    for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, from)) {
      let record: unknown
      try {
        record = JSON.parse(bytes.toString('utf8', from, newline))
      } catch (cause) {
        throw new Error(`Expected a JSON line at byte ${start} of ${path}, got something else`, { cause })
      }
      const length = newline + 1 - from
      load(record, { at: start, bytes: length })
      start += length
      from = newline + 1
    }
    rest = bytes.subarray(from)
  }
  if (start < total) ftruncateSync(fd, start)
  return start
}
