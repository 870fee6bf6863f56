// What a handler gets: the request taken apart, and the service around it.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { Identity } from '../auth/authenticate.ts'
import type { Credentials } from '../auth/credentials.ts'
import type { EventName } from '../events.ts'
import type { Address, QueryPair } from '../http/address.ts'
import { xmlDocument } from '../http/xml.ts'
import type { Xml } from '../http/xml.ts'
import type { RequestEntry } from '../requests.ts'
import type { Bucket, Store } from '../store/store.ts'
import type { StoredObject } from '../store/types.ts'
import type { Switches } from '../switches.ts'

/** One request. */
export interface Call {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  method: string
  address: Address
  query: readonly QueryPair[]
  /** As received, without `?`. */
  rawQuery: string
  /** Lower-case names, values as received (Latin-1), repeated ones joined by `,`. */
  headers: Readonly<Record<string, string>>
  identity: Identity
  entry: RequestEntry
}

export interface BucketCall extends Call {
  bucket: Bucket
}

export interface ObjectCall extends BucketCall {
  key: string
}

/** An answer; `answered` when the handler wrote it itself. */
export interface Reply {
  status: number
  headers?: Record<string, string | number>
  body?: string | Buffer | Readable
}

/** What handlers share. */
export interface Service {
  store: Store
  region: string
  switches: Switches
  credentials: Credentials
  now: () => number
  /**
   * @param bucket a name where there is no such bucket yet, undefined for calls about all of them
   * @throws OssError 403 AccessDenied
   */
  authorize(call: Call, action: string, bucket: Bucket | string | undefined, key?: string): void
  emit(call: BucketCall, name: EventName, object: Pick<StoredObject, 'key' | 'size' | 'etag'>, deltaSize?: number): void
  /** Answers a GET of a missing object by the bucket's rules. @returns false when none applies. */
  mirror(call: ObjectCall): Promise<boolean>
}

/** 200 with a document. */
export function xmlReply(root: Xml): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(root) }
}

/** The value of a query parameter; '' where it has none, undefined where it is absent. */
export function param(call: Pick<Call, 'query'>, name: string): string | undefined {
  const pair = call.query.find((each) => each.name === name)
  return pair && (pair.value ?? '')
}

/** The address OSS would give a bucket. */
export function hostId(service: Pick<Service, 'region'>, bucket: string | undefined): string {
  const endpoint = `oss-${service.region}.aliyuncs.com`
  return bucket === undefined ? endpoint : `${bucket}.${endpoint}`
}

/** RFC 1123 date, whole seconds. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString()
}

/** Date as XML answers have it. */
export function xmlDate(ms: number): string {
  return new Date(ms).toISOString()
}
