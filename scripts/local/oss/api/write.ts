// PutObject, and what every call that takes bytes shares.

import { OssError } from '../error.ts'
import { checkLength, checkMd5 } from '../http/body.ts'
import type { Bucket } from '../store/store.ts'
import type { ObjectMeta, StoredObject } from '../store/types.ts'
import type { BucketCall, Call, ObjectCall, Reply, Service } from './call.ts'
import { checkKey, ENCRYPTION, readMeta } from './meta.ts'

// Documented: PutObject, AppendObject and parts take up to 5 GB.
export const MAX_BODY_BYTES = 5 * 1024 ** 3

export async function putObject(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key, headers } = call
  refuseConditions(headers)
  const meta = readNewMeta(call, service, key)
  const ifAbsent = forbidsOverwrite(headers, bucket)
  // Known before the body is read; asked again when it is stored.
  if (ifAbsent && bucket.files.find(key)) throw exists(key)
  checkLength(headers, MAX_BODY_BYTES)
  const writer = bucket.files.openWriter()
  const stored = await receive(call, writer, async () => {
    const old = bucket.files.find(key)
    const result = await writer.commit(key, meta, { ifAbsent })
    if (result === 'exists') throw exists(key)
    service.emit(call, 'ObjectCreated:PutObject', result, result.size - (old?.size ?? 0))
    return result
  })
  return { status: 200, headers: storedHeaders(stored) }
}

/** Metadata of a new object, and the right to set what of it needs one. */
export function readNewMeta(call: BucketCall, service: Service, key: string): ObjectMeta {
  checkKey(key)
  const meta = readMeta(call.headers, key)
  const storageClass = meta.storageClass ?? classOf(call.bucket)
  if (storageClass !== undefined) meta.storageClass = storageClass
  if (meta.tags) service.authorize(call, 'oss:PutObjectTagging', call.bucket, key)
  refusePublicAcl(call.bucket, meta.acl)
  return meta
}

/** An object is of its bucket's class unless the request names one; Standard is not written down. */
export function classOf({ settings }: Bucket): string | undefined {
  return settings.storageClass === 'Standard' ? undefined : settings.storageClass
}

/** @throws OssError 403 where public access is blocked and the list would give it */
export function refusePublicAcl(bucket: Bucket, acl: string | undefined): void {
  if (!bucket.settings.blockPublicAccess || !acl?.startsWith('public-')) return
  throw new OssError(
    403,
    'AccessDenied',
    'Put public object acl is not allowed',
    { BucketName: bucket.name },
    '0003-00000801',
  )
}

/** What takes a body's bytes: an object's writer, or a part's. */
interface Receiver {
  write(chunk: Uint8Array): Promise<void>
  finish(): Promise<{ md5: Buffer }>
  abort(): Promise<void>
}

/** Copies the request's body into a writer, checks its MD5 and commits; on any failure nothing is left. */
export async function receive<T>(call: Call, writer: Receiver, commit: () => Promise<T>): Promise<T> {
  try {
    for await (const chunk of call.request as AsyncIterable<Buffer>) {
      call.entry.bytesIn += chunk.length
      if (call.entry.bytesIn > MAX_BODY_BYTES) {
        throw new OssError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.')
      }
      await writer.write(chunk)
    }
    const { md5 } = await writer.finish()
    checkMd5(call.headers['content-md5'], md5)
  } catch (error) {
    await writer.abort()
    throw error
  }
  return commit()
}

/** `x-oss-forbid-overwrite`, which versioned buckets ignore. */
export function forbidsOverwrite(headers: Readonly<Record<string, string>>, bucket: Bucket): boolean {
  return headers['x-oss-forbid-overwrite']?.toLowerCase() === 'true' && bucket.settings.versioning === undefined
}

export function exists(key: string): OssError {
  return new OssError(
    409,
    'FileAlreadyExists',
    'The object you specified already exists and can not be overwritten.',
    { Key: key },
    '0026-00000006',
  )
}

export function storedHeaders(stored: StoredObject): Record<string, string> {
  const encryption = stored.extra?.[ENCRYPTION]
  return {
    etag: `"${stored.etag}"`,
    ...(encryption === undefined ? {} : { [ENCRYPTION]: encryption }),
    'x-oss-hash-crc64ecma': stored.crc64,
    ...(stored.md5 === undefined ? {} : { 'content-md5': stored.md5 }),
  }
}

/** Documented: a PUT with such a header is refused rather than done unconditionally. */
function refuseConditions(headers: Readonly<Record<string, string>>): void {
  for (const name of ['If-Modified-Since', 'If-Unmodified-Since', 'If-Match', 'If-None-Match']) {
    if (headers[name.toLowerCase()] === undefined) continue
    throw new OssError(400, 'NotImplemented', 'A header you provided implies functionality that is not implemented.', {
      Header: name,
    })
  }
}
