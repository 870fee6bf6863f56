import type { Trace } from '../server.ts'

export type HopName = 'ask' | 'edge' | 'miss' | 'read' | 'render' | 'put' | 'relay' | 'answer'

/** One step of a request, in the order in which it happened. */
export interface Hop {
  name: HopName
  /** How it went; `off` was not needed. */
  state: 'ok' | 'bad' | 'off'
  ms: number | undefined
  bytes: number | undefined
  status: number | undefined
  /** What the function or OSS says about it. */
  note: string | undefined
}

/** The steps of one read. A read that the bucket answered by itself has two: ask and answer. */
export function hopsOf(trace: Trace): Hop[] {
  const { read, bucket, mirror, line, calls } = trace
  const answered: Hop = hop('answer', {
    state: read.status === 200 && read.broken === undefined ? 'ok' : 'bad',
    ms: read.ms,
    bytes: read.bytes,
    status: read.status,
    note: read.broken,
  })
  const hops: Hop[] = [hop('ask', {})]
  if (read.via === 'edge') hops.push(hop('edge', bucket?.key === undefined ? { state: 'bad' } : { note: bucket.key }))
  if (bucket?.mirrored !== true || mirror === undefined) return [...hops, answered]

  hops.push(hop('miss', { note: mirror.merged ? 'merged' : undefined }))
  const readCall = calls.findLast(({ operation }) => operation === 'GetObject')
  const putCall = calls.findLast(({ operation }) => operation === 'PutObject' || operation === 'CopyObject')
  const failed = line !== undefined && line.status !== 200
  if (line !== undefined || readCall !== undefined) {
    hops.push(
      hop('read', {
        state:
          readCall === undefined
            ? 'off'
            : readCall.status < 300 && !(failed && line.ms.read === undefined && line.ms.render === undefined)
              ? 'ok'
              : 'bad',
        ms: line?.ms.read ?? readCall?.ms,
        bytes: line?.bytesIn,
        status: readCall?.status,
      }),
      hop('render', {
        state: failed ? 'bad' : line?.ms.render === undefined ? 'off' : 'ok',
        ms: line?.ms.render,
        bytes: failed ? undefined : line?.bytesOut,
        note: failed ? line.reason : undefined,
      }),
    )
  }
  if (line?.put !== undefined && line.put !== 'off') {
    const isStored = line.put === 'stored' || line.put === 'copied'
    hops.push(
      hop('put', {
        state: isStored ? 'ok' : 'bad',
        ms: line.ms.put,
        status: putCall?.status,
        note: isStored ? undefined : line.putError,
      }),
    )
  } else if (mirror.stored) hops.push(hop('put', { note: 'mirror' }))
  hops.push(
    hop('relay', {
      state: mirror.originStatus === 200 ? 'ok' : 'bad',
      ms: mirror.totalMs,
      status: mirror.originStatus,
      note: mirror.originStatus === 200 ? undefined : mirror.why,
    }),
    answered,
  )
  return hops
}

function hop(name: HopName, facts: Partial<Hop>): Hop {
  return { name, state: 'ok', ms: undefined, bytes: undefined, status: undefined, note: undefined, ...facts }
}
