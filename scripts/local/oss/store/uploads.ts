// Multipart uploads that are neither complete nor given up.

import type { DataFiles, Segment } from './data.ts'
import type { ObjectMeta } from './types.ts'

export interface Part {
  number: number
  size: number
  /** Upper-case MD5 hex, without quotes. */
  etag: string
  crc64: string
  /** Milliseconds since the epoch. */
  lastModified: number
  segment?: Segment | undefined
}

export interface Upload {
  id: string
  key: string
  /** Milliseconds since the epoch. */
  initiated: number
  meta: ObjectMeta
  parts: Map<number, Part>
}

export type UploadRecord =
  | { begin: string; key: string; initiated: number; meta: ObjectMeta }
  | { part: string; of: Part }
  | { abort: string }

export interface Uploads {
  find(id: string): Upload | undefined
  all(): Upload[]
  /** Takes a record into memory; the record's file of an earlier part with the same number is removed. */
  apply(record: UploadRecord): void
  /** The same, and into the journal. */
  record(record: UploadRecord): Promise<void>
  /** Drops an upload without removing its files. @returns the files it had. */
  forget(id: string): Segment[]
  segments(): Segment[]
  records(): Generator<UploadRecord>
}

export function createUploads(data: DataFiles): Uploads {
  const uploads = new Map<string, Upload>()
  const segmentsOf = (upload: Upload): Segment[] =>
    [...upload.parts.values()].flatMap(({ segment }) => (segment ? [segment] : []))
  const forget = (id: string): Segment[] => {
    const upload = uploads.get(id)
    uploads.delete(id)
    return upload ? segmentsOf(upload) : []
  }
  const apply = (record: UploadRecord): void => {
    if ('begin' in record) {
      const { begin: id, key, initiated, meta } = record
      uploads.set(id, { id, key, initiated, meta, parts: new Map() })
    } else if ('part' in record) {
      const upload = uploads.get(record.part)
      const old = upload?.parts.get(record.of.number)?.segment
      upload?.parts.set(record.of.number, record.of)
      if (old) data.remove([old])
    } else data.remove(forget(record.abort))
  }
  return {
    find: (id) => uploads.get(id),
    all: () => [...uploads.values()],
    apply,
    async record(record) {
      apply(record)
    },
    forget,
    segments: () => [...uploads.values()].flatMap(segmentsOf),
    *records() {
      for (const { id, key, initiated, meta, parts } of uploads.values()) {
        yield { begin: id, key, initiated, meta }
        for (const part of parts.values()) yield { part: id, of: part }
      }
    },
  }
}
