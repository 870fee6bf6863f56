// What only asking for single objects tells: originals that sort elsewhere, watermarks, and with --deep what each object says
// of itself.
import { verdictOf } from '../../src/freshness/verdict.ts'
import { RECIPE } from '../../src/image/policy.ts'
import { sniff, SNIFF_BYTES } from '../../src/image/sniff.ts'
import type { StoredObject } from '../../src/oss/derivatives-bucket.ts'
import type { AuditBuckets, OriginalNow } from './buckets.ts'
import type { Finding } from './finding.ts'
import { found, isOlder, type Judged } from './judge.ts'
import { namesMedia, namesPicture } from './names.ts'

export type Open = Exclude<Judged, { finding: Finding }>

export interface Looked {
  finding?: Finding
  /** It says nothing of itself (OSS was the last to store it): time alone was the judge. */
  unknown: boolean
}

export interface LookOptions {
  deep: boolean
  /** A read that began before a change can store its result this much later, at most. */
  settleMs: number
}

/** @throws OssFault */
export async function look(open: Open, buckets: AuditBuckets, { deep, settleMs }: LookOptions): Promise<Looked> {
  const { object, sourceKey, marks } = open
  const finding = (kind: Finding['kind'], reason: string, unknown = false): Looked => ({
    ...found(kind, object.key, sourceKey, reason),
    unknown,
  })
  const original = open.original ?? (await buckets.original(sourceKey))
  if (original === undefined) return finding('orphaned', 'no original')

  if (deep) {
    const stored = await buckets.stored(object.key)
    // Gone since it was listed.
    if (stored === undefined) return { unknown: false }
    const unknown = stored.meta['source-etag'] === undefined
    const wrong = await wrongBody(open, stored, buckets)
    if (wrong !== undefined) return finding('broken', wrong, unknown)
    if (isStale(stored, original, settleMs)) {
      return finding(
        'stale',
        unknown ? 'older than its original' : 'made from another version of its original',
        unknown,
      )
    }
    const marked = await outdatedMark(stored.lastModified, marks, buckets)
    if (marked !== undefined) return finding('stale', marked, unknown)
    const { recipe } = stored.meta
    if (recipe !== undefined && recipe !== RECIPE) return finding('outdated', `recipe ${recipe}, now ${RECIPE}`)
    return { unknown }
  }
  if (isOlder(object, original)) return finding('stale', 'older than its original')
  const marked = await outdatedMark(object.modifiedMs, marks, buckets)
  return marked === undefined ? { unknown: false } : finding('stale', marked)
}

/** Its own word counts; without one, time: what is older than its original is stale, what is not is taken for current. */
function isStale(stored: StoredObject, original: OriginalNow, settleMs: number): boolean {
  const facts = { etag: original.etag, lastModified: new Date(original.modifiedMs).toUTCString() }
  const verdict = verdictOf(stored, facts, settleMs)
  return verdict === 'stale' || (verdict === 'unknown' && stored.lastModified < original.modifiedMs)
}

async function outdatedMark(
  modifiedMs: number,
  marks: readonly string[],
  buckets: AuditBuckets,
): Promise<string | undefined> {
  for (const key of marks) {
    const mark = await buckets.mark(key)
    if (mark === undefined) return `its watermark picture ${key} is gone`
    if (modifiedMs < mark.modifiedMs) return `older than its watermark picture ${key}`
  }
  return undefined
}

/** The platform's own failures are short. */
const MOST_SNIFFED_BYTES = 65_536
/** Documents in which Function Compute and this program say what went wrong. */
const FAILURE = /^\s*\{\s*"(errorMessage|errorType|ErrorCode|RequestId|code)"/

/** @returns why its body cannot be what the key asks for. */
async function wrongBody(
  { object, sourceKey, plain, text }: Open,
  stored: StoredObject,
  buckets: AuditBuckets,
): Promise<string | undefined> {
  if (stored.bytes === 0) return 'empty'
  const { outcome } = stored.meta
  // The function looked at the bytes and said what they are; any type may pass through under any name.
  if (outcome === 'passed_through') return undefined
  const type = stored.contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const isMedia = /^(image|audio|video)\/|^application\/pdf$/.test(type)
  const mayBeDownload = type === 'application/octet-stream' && /\.svgz?$/i.test(sourceKey)
  const wantsPicture = outcome !== undefined || (plain ? namesPicture(sourceKey) : true)
  const isWrong = wantsPicture ? !type.startsWith('image/') : namesMedia(sourceKey) && !isMedia
  if (isWrong && !text && !mayBeDownload) return `Content-Type ${type || 'none'}`
  if (outcome !== undefined || stored.bytes > MOST_SNIFFED_BYTES) return undefined
  // OSS stored it, and would have stored anything.
  const bytes = await buckets.firstBytes(object.key, SNIFF_BYTES)
  if (!text && FAILURE.test(bytes.toString('latin1'))) return 'the body is a failure in JSON'
  const isSeenMedia = ['image', 'audio', 'video', 'pdf', 'active'].includes(sniff(bytes).media)
  return isMedia && !isSeenMedia ? `Content-Type ${type}, but the body is none` : undefined
}
