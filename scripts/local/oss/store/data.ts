// The bytes of objects: files with random names that are written once and never changed, except that an appendable
// object's file grows behind the length its record states. A key never becomes part of a path.

import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { copyFile, link, open, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createCrc64 } from './crc64.ts'

/** One file, or the beginning of one, that holds part of an object. */
export interface Segment {
  file: string
  size: number
}

export interface Written {
  segment: Segment | undefined
  size: number
  md5: Buffer
  crc64: string
}

/** Bytes being written into a file nobody refers to yet. */
export interface DataWriter {
  readonly bytes: number
  write(chunk: Uint8Array): Promise<void>
  /** Forces the file to disk. May be called more than once; an empty one has no file. */
  finish(): Promise<Written>
  abort(): Promise<void>
}

export interface DataFiles {
  openWriter(): DataWriter
  /** Continues a file at a stated length: what a broken append left behind it is overwritten. */
  openAppender(to: Segment | undefined, crc64: string): Promise<DataWriter>
  /** Bytes `start` to `end` (both included) of joined segments. The files stay until the stream is closed. */
  read(segments: readonly Segment[], start: number, end: number): Readable
  /** The same bytes under new names in another bucket's folder, or this one; linked where the file system can. */
  cloneInto(target: DataFiles, segments: readonly Segment[]): Promise<Segment[]>
  /** Takes a file into this folder by `move`, which gets the path to create. @returns its name. */
  adopt(move: (path: string) => Promise<void>): Promise<string>
  /** Removes files, at once or when their last reader is done. */
  remove(segments: readonly Segment[]): void
  /** Removes every file that is not in use: what a killed process left. @returns how many. */
  sweep(inUse: ReadonlySet<string>): number
}

/** Opens the folder; `durable` forces written bytes to disk before they count as written. */
export function openDataFiles(folder: string, durable: boolean): DataFiles {
  // Two hex digits of folders keep each one small: 100,000 objects, some 400 files in each.
  const made = new Set<string>()
  const readers = new Map<string, number>()
  const doomed = new Set<string>()

  const pathOf = (file: string): string => join(folder, file.slice(0, 2), file)
  const newFile = (): string => {
    const file = randomBytes(16).toString('hex')
    const prefix = file.slice(0, 2)
    if (!made.has(prefix)) {
      mkdirSync(join(folder, prefix), { recursive: true })
      made.add(prefix)
    }
    return file
  }
  const drop = (file: string): void => {
    unlink(pathOf(file)).catch(() => undefined) // left for the next sweep
  }
  const hold = (segments: readonly Segment[]): void => {
    for (const { file } of segments) readers.set(file, (readers.get(file) ?? 0) + 1)
  }
  const release = (segments: readonly Segment[]): void => {
    for (const { file } of segments) {
      const left = (readers.get(file) ?? 1) - 1
      if (left > 0) readers.set(file, left)
      else {
        readers.delete(file)
        if (doomed.delete(file)) drop(file)
      }
    }
  }

  const writer = (begun: { file: string; handle: FileHandle; size: number } | undefined, crc64: string): DataWriter => {
    const md5 = createHash('md5')
    const crc = createCrc64(crc64)
    const base = begun?.size ?? 0
    let file = begun?.file
    let handle = begun?.handle
    let bytes = 0
    let written: Written | undefined
    return {
      get bytes() {
        return bytes
      },
      async write(chunk) {
        if (chunk.length === 0) return
        if (!handle) {
          file = newFile()
          handle = await open(pathOf(file), 'wx')
        }
        md5.update(chunk)
        crc.update(chunk)
        for (let at = 0; at < chunk.length;) {
          const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, base + bytes + at)
          at += bytesWritten
        }
        bytes += chunk.length
      },
      async finish() {
        if (written) return written
        if (handle) {
          if (durable) await handle.datasync()
          await handle.close()
          handle = undefined
        }
        const segment = file === undefined ? undefined : { file, size: base + bytes }
        written = { segment, size: bytes, md5: md5.digest(), crc64: crc.decimal() }
        return written
      },
      async abort() {
        await handle?.close().catch(() => undefined)
        handle = undefined
        if (file !== undefined && !begun) await unlink(pathOf(file)).catch(() => undefined)
      },
    }
  }

  return {
    openWriter: () => writer(undefined, '0'),
    async openAppender(to, crc64) {
      if (!to) return writer(undefined, crc64)
      return writer({ file: to.file, handle: await open(pathOf(to.file), 'r+'), size: to.size }, crc64)
    },
    read(segments, start, end) {
      const wanted = slice(segments, start, end)
      hold(wanted.map(({ segment }) => segment))
      const parts = wanted.map(({ segment, from, to }) => ({ path: pathOf(segment.file), from, to }))
      const stream =
        parts.length === 1 && parts[0]
          ? createReadStream(parts[0].path, { start: parts[0].from, end: parts[0].to })
          : Readable.from(chain(parts), { objectMode: false })
      stream.once('close', () => release(wanted.map(({ segment }) => segment)))
      return stream
    },
    async cloneInto(target, segments) {
      hold(segments)
      const copies: Segment[] = []
      try {
        for (const { file, size } of segments) {
          // A link shares the bytes; the copy's own size keeps it apart from what an append adds behind.
          const copy = await target.adopt((path) => link(pathOf(file), path).catch(() => copyFile(pathOf(file), path)))
          copies.push({ file: copy, size })
        }
      } finally {
        release(segments)
      }
      return copies
    },
    async adopt(move) {
      const file = newFile()
      await move(pathOf(file))
      return file
    },
    remove(segments) {
      for (const { file } of segments) {
        if (readers.has(file)) doomed.add(file)
        else drop(file)
      }
    },
    sweep(inUse) {
      mkdirSync(folder, { recursive: true })
      let removed = 0
      for (const prefix of readdirSync(folder)) {
        for (const file of readdirSync(join(folder, prefix))) {
          if (inUse.has(file)) continue
          rmSync(join(folder, prefix, file), { force: true })
          removed += 1
        }
      }
      return removed
    },
  }
}

interface Piece {
  segment: Segment
  from: number
  to: number
}

function slice(segments: readonly Segment[], start: number, end: number): Piece[] {
  const pieces: Piece[] = []
  let offset = 0
  for (const segment of segments) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, segment.size - 1)
    if (from <= to) pieces.push({ segment, from, to })
    offset += segment.size
  }
  return pieces
}

async function* chain(parts: { path: string; from: number; to: number }[]): AsyncGenerator<Buffer> {
  for (const { path, from, to } of parts) yield* createReadStream(path, { start: from, end: to })
}
