// What setup asks and tells OSS about buckets: signed requests, with the answers as they come.
import type OSS from 'ali-oss'

import type { Deployment } from '../deployment/live.ts'
import { MissingPermission } from '../deployment/permission.ts'
import { childOf, readXml, textOf } from '../deployment/xml.ts'
import { ownerClient } from '../owner.ts'

export interface BucketFacts {
  /** Without oss-. */
  region: string
  acl: string
  /** Enabled, Suspended or nothing. */
  versioning: string
  /** Block Public Access of the bucket itself; the account has one more, which no call of a bucket shows. */
  blocked: boolean
}

/** Every method throws MissingPermission, or an Error that says what OSS said. */
export interface Buckets {
  /** undefined: there is no such bucket. */
  facts(bucket: string): Promise<BucketFacts | undefined>
  create(bucket: string): Promise<void>
  setAcl(bucket: string, acl: 'private' | 'public-read'): Promise<void>
  unblock(bucket: string): Promise<void>
  /** The website configuration, byte for byte; undefined: there is none. */
  website(bucket: string): Promise<string | undefined>
  setWebsite(bucket: string, xml: string): Promise<void>
}

interface Call {
  method: 'GET' | 'PUT'
  bucket: string
  subresource?: string
  headers?: Record<string, string>
  xml?: string
  /** What a policy would have to allow. */
  action: string
}

interface Answer {
  status: number
  data: Buffer
}

interface RawClient {
  request(params: Record<string, unknown>): Promise<Answer>
}

export function createBuckets(deployment: Deployment): Buckets {
  const client = ownerClient(deployment)
  return {
    async facts(bucket) {
      const xml = await ask(client, { method: 'GET', bucket, subresource: 'bucketInfo', action: 'oss:GetBucketInfo' })
      return xml === undefined ? undefined : bucketFacts(xml)
    },
    create: async (bucket) => {
      await ask(client, { method: 'PUT', bucket, headers: { 'x-oss-acl': 'private' }, action: 'oss:PutBucket' })
    },
    setAcl: async (bucket, acl) => {
      const headers = { 'x-oss-acl': acl }
      await ask(client, { method: 'PUT', bucket, subresource: 'acl', headers, action: 'oss:PutBucketAcl' })
    },
    unblock: async (bucket) => {
      const xml =
        '<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration>'
      const action = 'oss:PutBucketPublicAccessBlock'
      await ask(client, { method: 'PUT', bucket, subresource: 'publicAccessBlock', xml, action })
    },
    website: (bucket) => ask(client, { method: 'GET', bucket, subresource: 'website', action: 'oss:GetBucketWebsite' }),
    setWebsite: async (bucket, xml) => {
      await ask(client, { method: 'PUT', bucket, subresource: 'website', xml, action: 'oss:PutBucketWebsite' })
    },
  }
}

/** What GetBucketInfo says. https://help.aliyun.com/en/oss/developer-reference/getbucketinfo */
export function bucketFacts(xml: string): BucketFacts {
  const bucket = childOf(readXml(xml, 'BucketInfo'), 'Bucket')
  return {
    region: textOf(bucket, 'Location').replace(/^oss-/, ''),
    acl: textOf(childOf(bucket, 'AccessControlList'), 'Grant'),
    versioning: textOf(bucket, 'Versioning'),
    blocked: textOf(bucket, 'BlockPublicAccess') === 'true',
  }
}

/** The answer's text; undefined where what was asked for is not there. */
async function ask(client: OSS, call: Call): Promise<string | undefined> {
  const { method, bucket, subresource, headers, xml } = call
  const request = {
    method,
    bucket,
    ...(subresource === undefined ? {} : { subres: subresource }),
    ...(headers === undefined ? {} : { headers }),
    ...(xml === undefined ? {} : { content: Buffer.from(xml), mime: 'xml' }),
  }
  const { status, data } = await (client as unknown as RawClient).request(request).catch((error: unknown) => {
    // The client's own message goes on for lines, with the state of its sockets.
    const reason = (error instanceof Error ? error.message : String(error)).split(/[,\n]/)[0]
    throw new Error(
      `Expected OSS to answer for ${bucket}, got: ${reason}. Check the network and OSS_ENDPOINT (an internal endpoint answers only inside Alibaba Cloud).`,
      { cause: error },
    )
  })
  if (status === 200) return readUtf8(data)
  const error = readError(readUtf8(data))
  if (['NoSuchBucket', 'NoSuchWebsiteConfiguration'].includes(error.code) && method === 'GET') return undefined
  throw asError(call, status, error)
}

interface OssAnswerError {
  code: string
  message: string
  /** Where OSS says that a bucket is somewhere else. */
  endpoint: string
}

function readError(xml: string): OssAnswerError {
  try {
    const root = readXml(xml, 'Error')
    return { code: textOf(root, 'Code'), message: textOf(root, 'Message'), endpoint: textOf(root, 'Endpoint') }
  } catch {
    return { code: 'unknown', message: xml.slice(0, 200), endpoint: '' }
  }
}

/** What OSS refused, as something to do. Codes: https://help.aliyun.com/en/oss/user-guide/http-status-codes */
export function asError(
  { bucket, action }: Pick<Call, 'bucket' | 'action'>,
  status: number,
  { code, message, endpoint }: OssAnswerError,
): Error {
  if (endpoint !== '') {
    return new Error(
      `Expected the bucket ${bucket} in the region of OSS_REGION, got one at ${endpoint}. Set OSS_REGION to its region, or choose another bucket.`,
    )
  }
  if (code === 'BucketAlreadyExists' || /does not belong to you/i.test(message)) {
    return new Error(
      `Expected a bucket of this account, got ${bucket}, which another account has. Choose another name.`,
    )
  }
  if (/public bucket acl is not allowed/i.test(message)) {
    return new Error(
      `Expected ${bucket} to take public read, got a refusal: Block Public Access of the whole account is on. Turn it off in the OSS console (Block Public Access), or run setup with --private-compressed.`,
    )
  }
  if (status === 403 && code === 'AccessDenied') return new MissingPermission(action, `acs:oss:*:*:${bucket}`)
  if (code === 'MalformedXML' && action === 'oss:PutBucketWebsite') {
    return new Error(
      `Expected ${bucket} to take the rule, got MalformedXML: ${message} Some fields are not in the public documents; --public-fields leaves them out.`,
    )
  }
  return new Error(`OSS answered ${action} on ${bucket} with ${status} ${code}: ${message}`)
}

/** Exact text of the bytes: a document that is not UTF-8 could not be put back as it was. */
function readUtf8(data: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
  } catch (error) {
    throw new Error('Expected UTF-8 from OSS, got other bytes, which could not be put back as they were.', {
      cause: error,
    })
  }
}
