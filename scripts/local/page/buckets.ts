// The owner's side: what the page may do with both buckets, by signed addresses. The keys stay in this process.
import { type IncomingMessage, request as requestHttp, type RequestOptions } from 'node:http'
import { pipeline } from 'node:stream/promises'

import type OSS from 'ali-oss'

import { ownerClient, type OwnerKeys, putWebsite } from '../../owner.ts'
import type { Listing } from './told.ts'

export interface OwnerBuckets {
  /** @throws Error with OSS's words. */
  list(bucket: string, prefix: string, after: string | undefined): Promise<Listing>
  /** Streams a body into an object; resolves with the bucket's answer. */
  put(bucket: string, key: string, body: IncomingMessage): Promise<{ status: number; message: string }>
  get(bucket: string, key: string): Promise<IncomingMessage>
  remove(bucket: string, key: string): Promise<void>
  readWebsite(bucket: string): Promise<string>
  writeWebsite(bucket: string, xml: string): Promise<void>
}

/** A signed address is used at once. */
const SIGNED_SECONDS = 60

export function ownerBuckets(keys: OwnerKeys): OwnerBuckets {
  const clientOf = (bucket: string) => ownerClient(keys, bucket)

  async function ask(
    bucket: string,
    method: OSS.HTTPMethods,
    key: string,
    { headers = {}, queries = {} }: { headers?: Record<string, string>; queries?: Record<string, string> } = {},
    body?: IncomingMessage,
  ): Promise<IncomingMessage> {
    const url = await clientOf(bucket).signatureUrlV4(method, SIGNED_SECONDS, { headers, queries }, key)
    const length = body?.headers['content-length']
    return send(url, { method, headers: { ...headers, ...(length && { 'Content-Length': length }) } }, body)
  }

  return {
    async list(bucket, prefix, after) {
      const query = { 'max-keys': '500', prefix, ...(after === undefined ? {} : { 'continuation-token': after }) }
      const page = await clientOf(bucket).listV2(query, {})
      const objects = (page.objects ?? []).map(({ name, size, lastModified, etag }) => {
        return { key: name, bytes: size, lastModified, etag }
      })
      return { objects, next: (page as { nextContinuationToken?: string }).nextContinuationToken || undefined }
    },
    async put(bucket, key, body) {
      const type = body.headers['content-type'] ?? 'application/octet-stream'
      const answer = await ask(bucket, 'PUT', key, { headers: { 'Content-Type': type } }, body)
      return { status: answer.statusCode ?? 0, message: messageIn(await textOf(answer)) }
    },
    get: (bucket, key) => ask(bucket, 'GET', key),
    async remove(bucket, key) {
      await clientOf(bucket).delete(key)
    },
    async readWebsite(bucket) {
      return textOf(await ask(bucket, 'GET', '', { queries: { website: '' } }))
    },
    writeWebsite: (bucket, xml) => putWebsite(clientOf(bucket), bucket, xml),
  }
}

/** One request on a connection of its own; resolves with the head of the answer. A caller that leaves ends it. */
export function send(url: string, options: RequestOptions, body?: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = requestHttp(url, { agent: false, ...options }, resolve)
    request.once('error', reject)
    if (body === undefined) request.end()
    else pipeline(body, request).catch(reject)
  })
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk)
  return text
}

/** What an error document of OSS says; empty where there is none. */
export function messageIn(xml: string): string {
  const [code, message] = ['Code', 'Message'].map((name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1])
  return [code, message].filter(Boolean).join(': ')
}
