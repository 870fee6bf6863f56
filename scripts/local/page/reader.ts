// The reader's side: plain GETs of the compressed bucket or of the edge, and what is remembered of each.
import type { IncomingMessage } from 'node:http'

import { send } from './buckets.ts'
import type { ReadRecord } from './told.ts'

const KEPT = 500

export interface Reader {
  read(asked: Pick<ReadRecord, 'id' | 'via' | 'key' | 'url'> & { accept: string }): Promise<IncomingMessage>
  record(id: string): ReadRecord | undefined
}

export function createReader(): Reader {
  const records = new Map<string, ReadRecord>()
  return {
    record: (id) => records.get(id),
    async read({ accept, ...asked }) {
      const headers = { Accept: accept, 'User-Agent': 'oss-image-origin-page' }
      const record: ReadRecord = {
        ...asked,
        requestHeaders: Object.entries(headers),
        started: Date.now(),
        status: undefined,
        responseHeaders: [],
        firstByteMs: undefined,
        ms: undefined,
        bytes: 0,
        broken: undefined,
      }
      records.set(record.id, record)
      const [oldest] = records.keys()
      if (records.size > KEPT && oldest !== undefined) records.delete(oldest)
      const started = performance.now()
      const elapsed = () => Math.round((performance.now() - started) * 10) / 10
      const end = (broken?: string) => {
        record.ms ??= elapsed()
        record.broken ??= broken
      }
      try {
        const answer = await send(record.url, { headers })
        record.firstByteMs = elapsed()
        record.status = answer.statusCode ?? 0
        record.responseHeaders = pairs(answer.rawHeaders)
        answer.on('data', (chunk: Buffer) => (record.bytes += chunk.length))
        answer.once('close', () => end(answer.complete ? undefined : 'the answer broke off'))
        answer.pause()
        return answer
      } catch (error) {
        end(error instanceof Error ? error.message : String(error))
        throw error
      }
    },
  }
}

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at] ?? '', raw[at + 1] ?? ''])
  return list
}
