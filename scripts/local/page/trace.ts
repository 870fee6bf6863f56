// What one read set going, put together from what each part of the local cloud says about itself: OSS's request log, the
// mirror's facts, the function's log lines.
import { setTimeout as delay } from 'node:timers/promises'

import type { FunctionLine, MirrorEntry, OssEntry, ReadRecord, StoredFacts, Trace } from './told.ts'

export interface TraceSources {
  oss: string
  compressed: string
  /** What the function's instances wrote, oldest first. */
  logs: () => readonly string[]
  /** Whether this request of the function started an instance. */
  coldStart: (requestId: string) => boolean
}

/** What a call is that was refused before OSS had looked what it is. */
const OPERATION_OF: Readonly<Record<string, string>> = { GET: 'GetObject', PUT: 'PutObject' }

/** Longest wait for the bucket's entry and the function's line, which are written when a request is over. */
const PATIENCE_MS = 2500

export async function traceOf(read: ReadRecord, sources: TraceSources): Promise<Trace> {
  const latest = Date.now() + PATIENCE_MS
  for (;;) {
    const trace = await assemble(read, sources)
    const expectsLine = trace.mirror?.originStatus !== undefined && !trace.mirror.merged
    const whole = trace.bucket !== undefined && (!expectsLine || trace.line !== undefined)
    if (whole || read.status === undefined || !hasRequestId(read) || Date.now() > latest) {
      const stored = await storedFacts(read, trace, sources)
      return stored === undefined ? trace : { ...trace, stored }
    }
    await delay(40)
  }
}

async function assemble(read: ReadRecord, { oss, logs, coldStart }: TraceSources): Promise<Trace> {
  const answer = await fetch(`${oss}/-/requests?last=300`)
  const { entries, mirrored } = (await answer.json()) as { entries: OssEntry[]; mirrored: MirrorEntry[] }
  const requestId = header(read, 'x-oss-request-id')
  // A read that broke off had no head to tell its number by: the newest of its key it is then.
  const bucket = entries.findLast((entry) =>
    requestId === undefined
      ? entry.operation === 'GetObject' &&
        entry.role === undefined &&
        entry.key === read.key &&
        entry.time >= read.started
      : entry.requestId === requestId,
  )
  if (bucket === undefined) return { read, coldStart: false, calls: [] }
  const mirror = mirrored.findLast((facts) => facts.requestId === bucket.requestId)
  if (mirror === undefined) return { read, bucket, coldStart: false, calls: [] }
  const found = mirror.merged ? undefined : lineAbout(mirror, bucket.time, logs())
  const calls = entries
    .filter(({ role, time }) => role !== undefined && time >= bucket.time - 5 && time <= bucket.time + bucket.ms + 50)
    .filter(({ key }) => key !== undefined && (key === mirror.key || mirror.key.startsWith(key)))
    .map(({ method, operation, bucket: name = '', key = '', status, ms }) => {
      return { operation: operation ?? OPERATION_OF[method] ?? method, bucket: name, key, status, ms }
    })
  return {
    read,
    bucket,
    mirror,
    ...(found === undefined ? {} : { line: found.line, lineText: found.text }),
    coldStart: found !== undefined && coldStart(found.line.requestId),
    calls,
  }
}

/** The newest line about this key that was written since the read began. */
function lineAbout(
  mirror: MirrorEntry,
  since: number,
  texts: readonly string[],
): { line: FunctionLine; text: string } | undefined {
  for (const text of texts.toReversed()) {
    if (!text.startsWith('{')) continue
    const line = parseLine(text)
    if (line === undefined || Date.parse(line.time) < since - 5) continue
    if (line.requestedKey === mirror.key || (line.path !== undefined && line.path === mirror.originPath)) {
      return { line, text }
    }
  }
  return undefined
}

function parseLine(text: string): (FunctionLine & { time: string }) | undefined {
  try {
    const line = JSON.parse(text) as FunctionLine & { time: string }
    return 'outcome' in line ? line : undefined
  } catch {
    return undefined
  }
}

/** A HEAD never calls the mirror. */
async function storedFacts(
  read: ReadRecord,
  { bucket, line }: Trace,
  { oss, compressed }: TraceSources,
): Promise<StoredFacts | undefined> {
  const key = bucket?.key ?? read.key
  const { ok, headers } = await fetch(objectUrl(oss, compressed, key), { method: 'HEAD' })
  if (!ok) return undefined
  const meta: Record<string, string> = {}
  for (const [name, value] of headers) {
    if (name.startsWith('x-oss-meta-')) meta[name.slice('x-oss-meta-'.length)] = value
  }
  const byMirror = headers.get('x-oss-tag')?.startsWith('MIRROR') ?? false
  const byFunction = meta['recipe'] !== undefined || line?.put === 'stored' || line?.put === 'copied'
  return {
    by: byMirror ? 'mirror' : byFunction ? 'function' : 'somebody',
    bytes: Number(headers.get('content-length')),
    contentType: headers.get('content-type') ?? '',
    lastModified: headers.get('last-modified') ?? '',
    etag: headers.get('etag') ?? '',
    meta,
  }
}

function header({ responseHeaders }: ReadRecord, name: string): string | undefined {
  return responseHeaders.find(([given]) => given.toLowerCase() === name)?.[1]
}

function hasRequestId(read: ReadRecord): boolean {
  return read.broken !== undefined || header(read, 'x-oss-request-id') !== undefined
}

/** Address of an object, path style. Each segment is encoded on its own, so that slashes stay what they are. */
export function objectUrl(oss: string, bucket: string, key: string): string {
  return `${oss}/${encodeURIComponent(bucket)}/${key.split('/').map(encodeURIComponent).join('/')}`
}
