import { createHash } from 'node:crypto'

import type { CloudAddresses } from '../local/cloud.ts'

/** What became of one picture. Sizes in bytes. */
export interface Row {
  key: string
  before: number
  after: number
  /** Milliseconds of the first read, reader to last byte. */
  ms: number
  /** The compressed bucket has it afterwards, with the bytes that were answered. */
  stored: boolean
  /** Whether the function was called for the second read; it should not be. */
  secondReachedFunction: boolean
  contentType: string
  /** From the function's own metadata, where it was the one who stored. */
  how?: string
  /** PASS_THROUGH does not let it out: answered 404, as is right. */
  notLetOut?: true
  error?: string
}

/** Reads a key as a reader does, looks whether it is stored, reads it again. */
export async function readThrough(
  addresses: CloudAddresses,
  key: string,
  originalBytes: number,
  signal: AbortSignal,
): Promise<Row> {
  const url = `${addresses.oss}/${addresses.compressed}/${key.split('/').map(encodeURIComponent).join('/')}`
  const row: Row = {
    key,
    before: originalBytes,
    after: 0,
    ms: 0,
    stored: false,
    secondReachedFunction: false,
    contentType: '',
  }
  const started = performance.now()
  const first = await read(url, signal)
  row.ms = Math.round(performance.now() - started)
  if (first.status === 404) return { ...row, notLetOut: true, how: 'not let out: neither picture nor media' }
  if (first.status !== 200)
    return { ...row, error: `${first.status} ${/<Message>(.*?)<\/Message>/.exec(first.beginning)?.[1] ?? ''}`.trim() }
  row.after = first.bytes
  row.contentType = first.contentType

  const head = await fetch(url, { method: 'HEAD', signal })
  row.stored = head.ok && head.headers.get('content-length') === String(first.bytes)
  const outcome = head.headers.get('x-oss-meta-outcome')
  if (outcome !== null) {
    const told = [outcome, head.headers.get('x-oss-meta-reason')].map((word) => word?.replaceAll('_', ' '))
    const settings = head.headers.get('x-oss-meta-settings')
    row.how = [...told, settings === outcome ? null : settings].filter(Boolean).join(': ')
  }

  const before = await mirroredReads(addresses, key)
  const second = await read(url, signal)
  row.secondReachedFunction = (await mirroredReads(addresses, key)) !== before
  if (second.status !== 200) row.error = `the second read gave ${second.status}`
  else if (second.md5 !== first.md5) row.error = 'the second read gave other bytes'
  else if (!row.stored) row.error = 'not stored'
  return row
}

/** Reads to the end and keeps only what is compared: a film need not fit into memory. */
async function read(url: string, signal: AbortSignal) {
  const response = await fetch(url, { signal })
  const hash = createHash('md5')
  let bytes = 0
  let beginning = ''
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    if (bytes < 2000) beginning += Buffer.from(chunk).toString()
    bytes += chunk.length
    hash.update(chunk)
  }
  const contentType = response.headers.get('content-type') ?? ''
  return { status: response.status, contentType, bytes, beginning, md5: hash.digest('hex') }
}

/** How many reads of this key had to go to the function so far. */
async function mirroredReads(addresses: CloudAddresses, key: string): Promise<number> {
  const response = await fetch(`${addresses.oss}/-/requests`)
  const { entries } = (await response.json()) as { entries: { mirrored: boolean; key?: string }[] }
  return entries.filter((entry) => entry.mirrored && entry.key === key).length
}
