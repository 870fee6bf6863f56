// What the page and its server tell each other, in one place and without anything of either.

/** What the page is told when it is loaded. Nothing secret but the token, which is good for this page only. */
export interface PageFacts {
  token: string
  /** Address of OSS, path style, no slash at the end. */
  oss: string
  edge: string
  function: string
  originals: string
  compressed: string
  /** As the function has them, for refusals in its own words. */
  dialects: readonly string[]
  styles: Readonly<Record<string, string>>
}

/** A page of a bucket, in the order of the keys. */
export interface Listing {
  objects: { key: string; bytes: number; lastModified: string; etag: string }[]
  /** Where the next page begins; undefined on the last. */
  next: string | undefined
}

/** One read, as its reader saw it. */
export interface ReadRecord {
  /** Chosen by the page. */
  id: string
  via: 'bucket' | 'edge'
  key: string
  url: string
  requestHeaders: [string, string][]
  /** Milliseconds since the epoch. */
  started: number
  /** Undefined until there is one. */
  status: number | undefined
  responseHeaders: [string, string][]
  firstByteMs: number | undefined
  /** From the start to the last byte; undefined while it runs. */
  ms: number | undefined
  /** Body bytes. */
  bytes: number
  /** Why there was no whole answer. */
  broken: string | undefined
}

/** Part of RequestEntry of the local OSS, as `/-/requests` prints it. */
export interface OssEntry {
  requestId: string
  time: number
  method: string
  path: string
  role?: string
  operation?: string
  bucket?: string
  key?: string
  status: number
  code?: string
  bytesIn: number
  bytesOut: number
  ms: number
  mirrored: boolean
  fault?: string
}

/** Part of MirrorFacts of the local OSS. */
export interface MirrorEntry {
  requestId: string
  key: string
  originPath: string
  originStatus?: number
  status?: number
  firstByteMs?: number
  totalMs: number
  stored: boolean
  why?: string
  merged: boolean
}

/** The function's line about a request; see src/log.ts for what is in it. */
export interface FunctionLine {
  requestId: string
  requestedKey?: string
  path?: string
  status: number
  outcome: string
  reason?: string
  bytesIn?: number
  bytesOut?: number
  format?: string
  width?: number
  height?: number
  settings?: string
  put?: string
  putError?: string
  joined?: boolean
  ms: { total: number; read?: number; render?: number; put?: number }
}

/** One call of the function to a bucket. */
export interface RoleCall {
  operation: string
  bucket: string
  key: string
  status: number
  ms: number
}

export interface Trace {
  read: ReadRecord
  /** The bucket's own entry for this read. */
  bucket?: OssEntry
  mirror?: MirrorEntry
  /** The function's line, read and as it was written. */
  line?: FunctionLine
  lineText?: string
  coldStart: boolean
  calls: RoleCall[]
  /** What is stored under the key afterwards, as a HEAD tells. */
  stored?: StoredFacts
}

export interface StoredFacts {
  by: 'function' | 'mirror' | 'somebody'
  bytes: number
  contentType: string
  lastModified: string
  etag: string
  meta: Record<string, string>
}

/** What can be made to go wrong. */
export const FAULT_NAMES = [
  'slow-original',
  'late-original',
  'short-original',
  'damaged-original',
  'denied-original',
  'failing-put',
  'function-down',
  'wrong-secret',
] as const

export type FaultName = (typeof FAULT_NAMES)[number]
