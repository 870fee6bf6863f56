import { createHash } from 'node:crypto'

import type { Buckets } from '../../src/making.ts'
import type { NewObject, OpenOriginal } from '../../src/oss/bucket.ts'
import { OssFault, type OssFaultKind } from '../../src/oss/fault.ts'

/** Two buckets in memory that count what is asked of them and fail when told to. */
export interface MemoryBuckets extends Buckets {
  files: Map<string, Buffer>
  stored: Map<string, { object: NewObject; bytes: Buffer | 'copied' }>
  counts: { opened: number; heads: number; puts: number; copies: number; closed: number }
  /** Thrown by the next read, body read, or every put. */
  faults: { open?: OssFaultKind; body?: OssFaultKind; put?: OssFaultKind }
  /** Awaited inside put and copy. */
  beforePut: () => Promise<void>
}

export function memoryBuckets(files: Record<string, Buffer> = {}): MemoryBuckets {
  const state: MemoryBuckets = {
    files: new Map(Object.entries(files)),
    stored: new Map(),
    counts: { opened: 0, heads: 0, puts: 0, copies: 0, closed: 0 },
    faults: {},
    beforePut: () => Promise.resolve(),
    originals: {
      open: async (key) => {
        state.counts.opened++
        if (state.faults.open !== undefined) throw new OssFault(state.faults.open, 'made to fail')
        return openFile(fileOf(key))
      },
      peek: async (key, _, count) => fileOf(key).subarray(0, count),
      head: async (key) => {
        state.counts.heads++
        return factsOf(fileOf(key))
      },
    },
    compressed: {
      put: async (object, bytes) => {
        state.counts.puts++
        await state.beforePut()
        if (state.faults.put !== undefined) throw new OssFault(state.faults.put, 'made to fail')
        if (object.ifAbsent === true && state.stored.has(object.key)) throw new OssFault('conflict', 'exists')
        state.stored.set(object.key, { object, bytes })
      },
      copy: async (object) => {
        state.counts.copies++
        await state.beforePut()
        if (state.faults.put !== undefined) throw new OssFault(state.faults.put, 'made to fail')
        state.stored.set(object.key, { object, bytes: 'copied' })
      },
    },
  }
  const fileOf = (key: string): Buffer => {
    const file = state.files.get(key)
    if (file === undefined) throw new OssFault('missing', 'no such key')
    return file
  }
  const openFile = (file: Buffer): OpenOriginal => {
    const fail = () => {
      if (state.faults.body !== undefined) throw new OssFault(state.faults.body, 'made to fail')
    }
    return {
      facts: factsOf(file),
      head: (count) => Promise.resolve(file.subarray(0, count)),
      readAll: async () => {
        fail()
        return file
      },
      async *chunks() {
        yield file.subarray(0, file.length >> 1)
        fail()
        yield file.subarray(file.length >> 1)
      },
      close: () => {
        state.counts.closed++
      },
    }
  }
  return state
}

function factsOf(file: Buffer) {
  const md5 = createHash('md5').update(file).digest()
  return {
    etag: md5.toString('hex').toUpperCase(),
    bytes: file.length,
    lastModified: 'Sat, 21 Nov 2026 00:00:00 GMT',
    contentEncoding: undefined,
    crc64: undefined,
    contentMd5: md5.toString('base64'),
  }
}
