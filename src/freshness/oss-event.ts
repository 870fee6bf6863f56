// What OSS tells: https://help.aliyun.com/zh/functioncompute/fc/user-guide/overview-of-oss-trigger

/** One record of an event, as far as it is used. Nothing in it is trusted to say what the original is now. */
export interface OssEventRecord {
  eventName: string
  eventTime?: string
  oss: { bucket: { name: string }; object: { key: string; size?: number; deltaSize?: number; eTag?: string } }
}

/** Something happened to an original. */
export interface Change {
  /** Names the original may have: keys may come percent-encoded, which is not documented. */
  sourceKeys: string[]
  /** When, in milliseconds since the epoch by OSS's clock; undefined where the event does not say. */
  at: number | undefined
  /** There was no object of this name before, so no read can have begun with an older one. */
  isNew: boolean
}

/** Uploads in parts, before anything of them can be read. */
const NOTHING_CHANGED = /:(InitiateMultipartUpload|UploadPart|UploadPartCopy|AbortMultipartUpload)$/

/** @returns undefined for anything that is not an event of OSS. */
export function parseOssEvent(event: Buffer): OssEventRecord[] | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(event.toString('utf8'))
  } catch {
    return undefined
  }
  const records = (parsed as { events?: unknown } | null)?.events
  return Array.isArray(records) && records.length > 0 && records.every(isRecord) ? records : undefined
}

function isRecord(value: unknown): value is OssEventRecord {
  const record = value as {
    eventName?: unknown
    oss?: { bucket?: { name?: unknown }; object?: { key?: unknown } }
  } | null
  return (
    typeof record?.eventName === 'string' &&
    typeof record.oss?.bucket?.name === 'string' &&
    typeof record.oss.object?.key === 'string'
  )
}

/** @returns undefined where nothing that can be read has changed. */
export function changeOf({ eventName, eventTime, oss }: OssEventRecord): Change | undefined {
  if (NOTHING_CHANGED.test(eventName)) return undefined
  const { key, size, deltaSize } = oss.object
  const at = Date.parse(eventTime ?? '')
  return {
    sourceKeys: [...new Set([key, decoded(key), decoded(key.replaceAll('+', '%20'))])],
    at: Number.isNaN(at) ? undefined : at,
    // deltaSize is by how much the object grew (https://help.aliyun.com/document_detail/122379.html). Uploads in parts and appends are left out: theirs is not described.
    isNew: /^ObjectCreated:(Put|Post)Object$/.test(eventName) && size !== undefined && size > 0 && deltaSize === size,
  }
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}
