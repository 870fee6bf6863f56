// AppendObject: bytes behind those that are there.

import { OssError } from '../error.ts'
import { checkLength, checkMd5 } from '../http/body.ts'
import { wholeSeconds } from '../store/bucket.ts'
import type { BucketFiles, ObjectRecord } from '../store/bucket.ts'
import { param } from './call.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { readNewMeta } from './write.ts'

// Documented for appendable objects and for one request.
const MAX_BYTES = 5 * 1024 ** 3

/** Keys of a bucket that are being appended to: the bytes of two requests must not mix in one file. */
const appending = new WeakMap<BucketFiles, Set<string>>()

export async function appendObject(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key, headers } = call
  const meta = readNewMeta(call, service, key)
  const text = param(call, 'position') ?? ''
  if (!/^\d{1,15}$/.test(text)) {
    throw new OssError(400, 'InvalidArgument', 'Expected a position.', {
      ArgumentName: 'position',
      ArgumentValue: text,
    })
  }
  checkLength(headers, MAX_BYTES)
  const busy = appending.get(bucket.files) ?? new Set()
  appending.set(bucket.files, busy)
  const old = bucket.files.find(key)
  checkPosition(old, Number(text))
  if (busy.has(key)) throw positionError(old?.size ?? 0)
  busy.add(key)
  try {
    const stored = await append(call, service, old, meta)
    service.emit(call, 'ObjectCreated:AppendObject', stored, stored.size - (old?.size ?? 0))
    return {
      status: 200,
      headers: {
        etag: `"${stored.etag}"`,
        'x-oss-next-append-position': stored.size,
        'x-oss-hash-crc64ecma': stored.crc64,
        'content-length': 0,
      },
    }
  } finally {
    busy.delete(key)
  }
}

async function append(
  call: ObjectCall,
  service: Service,
  old: ObjectRecord | undefined,
  meta: ReturnType<typeof readNewMeta>,
): Promise<ObjectRecord> {
  const { files } = call.bucket
  const last = old?.segments.at(-1)
  const writer = await files.data.openAppender(last, old?.crc64 ?? '0')
  try {
    for await (const chunk of call.request as AsyncIterable<Buffer>) {
      call.entry.bytesIn += chunk.length
      await writer.write(chunk)
    }
    const written = await writer.finish()
    checkMd5(call.headers['content-md5'], written.md5)
    const now = files.find(call.key)
    // Replaced or removed while the bytes came in: what was appended to is gone.
    if (now?.etag !== old?.etag || now?.size !== old?.size) throw positionError(now?.size ?? 0)
    const record: ObjectRecord = {
      ...(now ?? meta),
      // Of what an append may set besides bytes, only the list is taken on later ones as well: the storage class and
      // metadata are documented to count on the first alone, and the vendor's Go client tests that the list changes.
      ...(meta.acl === undefined ? {} : { acl: meta.acl }),
      key: call.key,
      size: (old?.size ?? 0) + written.size,
      // No MD5 of the whole is known; the tag only has to change with the bytes.
      etag: written.md5.toString('hex').toUpperCase(),
      crc64: written.crc64,
      lastModified: wholeSeconds(service.now()),
      type: 'Appendable',
      segments: written.segment ? [...(old?.segments.slice(0, -1) ?? []), written.segment] : (old?.segments ?? []),
    }
    await files.put(record)
    return record
  } catch (error) {
    await writer.abort()
    throw error
  }
}

function checkPosition(old: ObjectRecord | undefined, position: number): void {
  if (old && old.type !== 'Appendable') {
    throw new OssError(409, 'ObjectNotAppendable', 'The object is not appendable', { Key: old.key })
  }
  if (position !== (old?.size ?? 0)) throw positionError(old?.size ?? 0)
}

function positionError(size: number): OssError {
  return new OssError(409, 'PositionNotEqualToLength', 'Position is not equal to file length', {
    'x-oss-next-append-position': String(size),
  })
}
