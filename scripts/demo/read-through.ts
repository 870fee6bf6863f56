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
  error?: string
}

/** Reads a key as a reader does, looks whether it is stored, reads it again. */
export async function readThrough(addresses: CloudAddresses, key: string, original: Buffer): Promise<Row> {
  const url = `${addresses.oss}/${addresses.compressed}/${key.split('/').map(encodeURIComponent).join('/')}`
  const row: Row = {
    key,
    before: original.length,
    after: 0,
    ms: 0,
    stored: false,
    secondReachedFunction: false,
    contentType: '',
  }
  const started = performance.now()
  const first = await fetch(url)
  const bytes = Buffer.from(await first.arrayBuffer())
  row.ms = Math.round(performance.now() - started)
  if (first.status === 404) return { ...row, how: 'not let out: neither picture nor media' }
  if (!first.ok)
    return { ...row, error: `${first.status} ${/<Message>(.*?)<\/Message>/.exec(bytes.toString())?.[1] ?? ''}`.trim() }
  row.after = bytes.length
  row.contentType = first.headers.get('content-type') ?? ''

  const head = await fetch(url, { method: 'HEAD' })
  row.stored = head.ok && head.headers.get('content-length') === String(bytes.length)
  const outcome = head.headers.get('x-oss-meta-outcome')
  if (outcome !== null)
    row.how = [outcome.replace('_', ' '), head.headers.get('x-oss-meta-reason')].filter(Boolean).join(': ')

  const before = await mirroredReads(addresses)
  const second = await fetch(url)
  const same = Buffer.from(await second.arrayBuffer()).equals(bytes)
  row.secondReachedFunction = (await mirroredReads(addresses)) !== before
  if (!second.ok || !same) row.error = `the second read gave ${second.ok ? 'other bytes' : String(second.status)}`
  else if (!row.stored) row.error = 'not stored'
  return row
}

/** How many reads of the compressed bucket had to go to the function so far. */
async function mirroredReads(addresses: CloudAddresses): Promise<number> {
  const response = await fetch(`${addresses.oss}/-/requests`)
  const { entries } = (await response.json()) as { entries: { mirrored: boolean }[] }
  return entries.filter((entry) => entry.mirrored).length
}
