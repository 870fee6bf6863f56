import type { ObjectSink } from '../store/types.ts'
import type { RuleRedirect } from '../website/types.ts'
import { deliver, type Keeping, type Progress } from './deliver.ts'
import { alreadyExists, badStatus, noSuchKey, redirectForbidden, unreachable } from './failures.ts'
import type { Limit } from './limit.ts'
import { askOrigin, redirects, type OriginAnswer, type OriginRequest } from './origin.ts'
import { address } from './origin-url.ts'
import type { Head, Reader } from './reader.ts'
import { originLastModified, storedMeta } from './stored.ts'
import type { MirrorSwitches } from './switches.ts'

/** One origin request and everything that follows from its answer. */
export interface FlightPlan {
  bucket: string
  /** The key the object is stored under. */
  key: string
  redirect: RuleRedirect
  request: OriginRequest
  readers: readonly Reader[]
  onStart: () => void
  limit: Limit
  switches: MirrorSwitches
  sink: ObjectSink
  now: () => number
}

/**
 * Asks the origin and answers by the status table.
 * @throws OssError for what is answered with an error; nothing has been written then
 */
export async function fly(plan: FlightPlan, progress: Progress): Promise<void> {
  const startedAt = plan.now()
  let answer: OriginAnswer
  try {
    answer = await askOrigin(plan.request, plan.limit)
  } catch (error) {
    if (!plan.limit.signal.aborted) throw error
    progress.why = plan.limit.cause
    throw unreachable()
  }
  progress.hops = answer.hops
  progress.originStatus = answer.status
  progress.firstByteMs = plan.now() - startedAt
  try {
    await answerByStatus(plan, answer, progress)
  } finally {
    answer.discard()
  }
}

async function answerByStatus(plan: FlightPlan, answer: OriginAnswer, progress: Progress): Promise<void> {
  const { redirect, switches } = plan
  if (redirect.transparentMirrorResponseCodes.includes(answer.status)) {
    progress.why = 'passed through'
    return relay(plan, answer, progress, undefined)
  }
  if (answer.status === 200 || answer.status === 206) return mirrored(plan, answer, progress)
  if (answer.status === 404) throw noSuchKey(plan.key)
  const location = answer.headers.location
  if (redirects.includes(answer.status) && !redirect.mirrorFollowRedirect) {
    progress.why = 'redirect not followed'
    if (switches.refuseRedirects) throw redirectForbidden()
    plan.onStart()
    progress.status = 302
    for (const reader of plan.readers) {
      reader.start({ status: 302, headers: location === undefined ? {} : { location }, length: 0 })
      reader.end()
    }
    return
  }
  throw badStatus(answer.status)
}

async function mirrored(plan: FlightPlan, answer: OriginAnswer, progress: Progress): Promise<void> {
  const { redirect, switches, sink, bucket, key } = plan
  const meta = storedMeta(answer.headers, redirect, switches, address(plan.request.url))
  progress.why = reasonNotToStore(plan, answer)
  if (progress.why !== undefined) return relay(plan, answer, progress, undefined)
  if (switches.existing === 'fail' && (await sink.head(bucket, key))) throw alreadyExists()
  const md5 = redirect.mirrorCheckMd5 ? answer.headers['content-md5'] : undefined
  return relay(plan, answer, progress, {
    sink,
    bucket,
    key,
    meta,
    lastModified: redirect.mirrorUserLastModified ? originLastModified(answer.headers) : undefined,
    md5: typeof md5 === 'string' ? md5 : undefined,
  })
}

function reasonNotToStore({ request, redirect, switches }: FlightPlan, answer: OriginAnswer): string | undefined {
  if (request.method === 'HEAD') return 'HEAD'
  if (redirect.mirrorProxyPass && switches.proxyPass === 'by-rule') return 'MirrorProxyPass'
  if (switches.chunked === 'refuse' && answer.headers['transfer-encoding'] !== undefined) return 'chunked'
  return undefined
}

function relay(
  plan: FlightPlan,
  answer: OriginAnswer,
  progress: Progress,
  keeping: Keeping | undefined,
): Promise<void> {
  return deliver(
    {
      answer,
      head: readerHead(plan, answer),
      keeping,
      readers: plan.readers,
      onStart: plan.onStart,
      limit: plan.limit,
      switches: plan.switches,
    },
    progress,
  )
}

/** What the reader of a mirrored object sees: the headers that are kept, no more; others of the origin may not be relied on. */
function readerHead({ redirect, switches, request }: FlightPlan, answer: OriginAnswer): Head {
  const transparent = redirect.transparentMirrorResponseCodes.includes(answer.status)
  const meta = storedMeta(answer.headers, redirect, switches, address(request.url))
  const headers: Record<string, string> = { 'content-type': meta.contentType, ...meta.headers }
  for (const [name, value] of Object.entries(meta.user)) headers[`x-oss-meta-${name}`] = value
  if (!transparent) {
    Object.assign(headers, meta.extra)
    for (const { key, value } of redirect.mirrorReturnHeaders) {
      if (/^[\dA-Za-z-]+$/.test(key)) headers[key.toLowerCase()] = Buffer.from(value).toString('latin1')
    }
  }
  const length = answer.headers['content-length']
  return {
    status: transparent ? answer.status : 200,
    headers,
    length: length === undefined ? undefined : Number(length),
  }
}
