// Multipart uploads: begin, parts (sent or copied), complete, abort.

import { createHash, randomBytes } from 'node:crypto'
import { OssError } from '../error.ts'
import { checkLength, readSmallBody } from '../http/body.ts'
import { encodeStrictly } from '../http/address.ts'
import { el, nodesOf, parseXml, textOf } from '../http/xml.ts'
import type { Segment } from '../store/data.ts'
import { wholeSeconds } from '../store/bucket.ts'
import type { ObjectRecord } from '../store/bucket.ts'
import { combineCrc64 } from '../store/crc64.ts'
import type { Part, Upload } from '../store/uploads.ts'
import { param, xmlDate, xmlReply } from './call.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { findSource } from './copy.ts'
import { readEncoding } from './list.ts'
import { checkAcl, invalid } from './meta.ts'
import {
  exists,
  forbidsOverwrite,
  MAX_BODY_BYTES,
  readNewMeta,
  receive,
  refusePublicAcl,
  storedHeaders,
} from './write.ts'

// Documented: 1 to 10,000 parts, each but the last at least 100 KB.
const MAX_PARTS = 10_000
const MIN_PART_BYTES = 100 * 1024

export async function initiateUpload(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key } = call
  // The access list is a header of the end, not of the beginning, where it is ignored.
  const { acl: _, ...meta } = readNewMeta(call, service, key)
  if (forbidsOverwrite(call.headers, bucket) && bucket.files.find(key)) throw exists(key)
  const id = newUploadId(service.now())
  await bucket.files.uploads.record({ begin: id, key, initiated: service.now(), meta })
  service.emit(call, 'ObjectCreated:InitiateMultipartUpload', { key, size: 0, etag: '' })
  const encoding = readEncoding(call)
  const reply = xmlReply(
    el(
      'InitiateMultipartUploadResult',
      encoding ? el('EncodingType', 'url') : undefined,
      el('Bucket', bucket.name),
      el('Key', encoding ? encodeStrictly(key) : key),
      el('UploadId', id),
    ),
  )
  return { ...reply, headers: { ...reply.headers, ...meta.extra } }
}

/**
 * 32 hex digits of which the first 16 are the time in microseconds, as in the examples of the documents
 * (0004B9894A22E5B1… is 2012-02-22, the day of the request): uploads of a key are in the order they began, and an id marker
 * a client makes up is behind them.
 */
function newUploadId(now: number): string {
  const time = Math.round(now * 1000)
    .toString(16)
    .padStart(16, '0')
  return `${time}${randomBytes(8).toString('hex')}`.toUpperCase()
}

/** `PUT ?partNumber=&uploadId=`, with a body or with `x-oss-copy-source`. */
export async function uploadPart(call: ObjectCall, service: Service): Promise<Reply> {
  const upload = needUpload(call)
  const number = Number(param(call, 'partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw invalid('partNumber', param(call, 'partNumber') ?? '')
  }
  return call.headers['x-oss-copy-source'] === undefined
    ? sendPart(call, service, upload, number)
    : copyPart(call, service, upload, number)
}

async function sendPart(call: ObjectCall, service: Service, { id }: Upload, number: number): Promise<Reply> {
  const { files } = call.bucket
  checkLength(call.headers, MAX_BODY_BYTES)
  const data = files.data.openWriter()
  const part = await receive(call, data, async () => {
    const { size, md5, crc64, segment } = await data.finish()
    const lastModified = wholeSeconds(service.now())
    return { number, size, etag: md5.toString('hex').toUpperCase(), crc64, lastModified, segment, md5 }
  })
  const { md5, ...stored } = part
  await keepPart(call, id, stored)
  service.emit(call, 'ObjectCreated:UploadPart', { key: call.key, size: stored.size, etag: stored.etag })
  const headers = {
    etag: `"${stored.etag}"`,
    'x-oss-hash-crc64ecma': stored.crc64,
    'content-md5': md5.toString('base64'),
  }
  return { status: 200, headers: { ...headers, 'content-length': 0 } }
}

async function copyPart(call: ObjectCall, service: Service, { id }: Upload, number: number): Promise<Reply> {
  const { files } = call.bucket
  const source = findSource(call, service)
  const header = call.headers['x-oss-copy-source-range']
  const match = /^bytes=(\d+)-(\d+)$/.exec(header ?? '')
  if (header !== undefined && !match) throw invalid('x-oss-copy-source-range', header)
  const start = match ? Number(match[1]) : 0
  const end = match ? Math.min(Number(match[2]), source.record.size - 1) : source.record.size - 1
  if (start > end && source.record.size > 0) throw invalid('x-oss-copy-source-range', header ?? '')
  const data = files.data.openWriter()
  try {
    if (source.record.size > 0) {
      for await (const chunk of source.bucket.files.read(source.record, start, end) as AsyncIterable<Buffer>) {
        await data.write(chunk)
      }
    }
    const { size, md5, crc64, segment } = await data.finish()
    const etag = md5.toString('hex').toUpperCase()
    const lastModified = wholeSeconds(service.now())
    await keepPart(call, id, { number, size, etag, crc64, lastModified, segment })
    service.emit(call, 'ObjectCreated:UploadPartCopy', { key: call.key, size, etag })
    const reply = xmlReply(el('CopyPartResult', el('LastModified', xmlDate(lastModified)), el('ETag', `"${etag}"`)))
    return { ...reply, headers: { ...reply.headers, etag: `"${etag}"` } }
  } catch (error) {
    await data.abort()
    throw error
  }
}

/** The upload may have been completed or given up while the part came in: then the part has no home. */
async function keepPart(call: ObjectCall, id: string, part: Part): Promise<void> {
  const { files } = call.bucket
  if (!files.uploads.find(id)) {
    if (part.segment) files.data.remove([part.segment])
    throw noSuchUpload(id)
  }
  await files.uploads.record({ part: id, of: part })
}

export async function completeUpload(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key, headers } = call
  const upload = needUpload(call)
  const body = await readSmallBody(call.request, headers)
  const all = headers['x-oss-complete-all']?.toLowerCase() === 'yes'
  const asked = headers['x-oss-object-acl']
  const acl = asked === undefined ? undefined : checkAcl(asked)
  refusePublicAcl(bucket, acl)
  const parts = all ? [...upload.parts.values()].sort((a, b) => a.number - b.number) : namedParts(body, upload)
  if (parts.length === 0) throw invalidPart('no part')
  const small = parts.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES)
  if (small) {
    throw new OssError(400, 'EntityTooSmall', 'Your proposed upload smaller than the minimum allowed size.', {
      PartNumber: String(small.number),
      ProposedSize: String(small.size),
      MinSizeAllowed: String(MIN_PART_BYTES),
      ETag: small.etag,
    })
  }
  if (forbidsOverwrite(headers, bucket) && bucket.files.find(key)) throw exists(key)
  if (!bucket.files.uploads.find(upload.id)) throw noSuchUpload(upload.id)
  const old = bucket.files.find(key)
  const record = joined(key, upload, parts, service.now())
  const stored = await bucket.files.put(acl === undefined ? record : { ...record, acl }, { upload: upload.id })
  service.emit(call, 'ObjectCreated:CompleteMultipartUpload', stored, stored.size - (old?.size ?? 0))
  const encoding = readEncoding(call)
  const written = encoding ? encodeStrictly(key) : key
  const reply = xmlReply(
    el(
      'CompleteMultipartUploadResult',
      encoding ? el('EncodingType', 'url') : undefined,
      el('Location', `http://${bucket.name}.oss-${service.region}.aliyuncs.com/${encodeURI(key)}`),
      el('Bucket', bucket.name),
      el('Key', written),
      el('ETag', `"${stored.etag}"`),
    ),
  )
  return { ...reply, headers: { ...reply.headers, ...storedHeaders(stored) } }
}

function joined(key: string, upload: Upload, parts: readonly Part[], now: number): ObjectRecord {
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')))
  return {
    ...upload.meta,
    key,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    // The form is documented ("<hex>-<number of parts>"); that the hex is the MD5 of the parts' MD5s is what clients find.
    etag: `${createHash('md5').update(md5s).digest('hex').toUpperCase()}-${parts.length}`,
    crc64: parts.reduce((crc, part) => combineCrc64(crc, part.crc64, part.size), '0'),
    lastModified: wholeSeconds(now),
    type: 'Multipart',
    segments: parts.map(({ segment }) => segment).filter((segment): segment is Segment => segment !== undefined),
  }
}

function namedParts(body: string, upload: Upload): Part[] {
  let last = 0
  return nodesOf(parseXml(body, 'CompleteMultipartUpload'), 'Part').map((node) => {
    const number = Number(textOf(node, 'PartNumber'))
    const etag = (textOf(node, 'ETag') ?? '').trim().replace(/^"|"$/g, '').toUpperCase()
    if (!Number.isInteger(number) || number < 1) throw invalidPart(String(textOf(node, 'PartNumber')))
    if (number <= last) {
      throw new OssError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.', {
        PartNumber: String(number),
      })
    }
    last = number
    const part = upload.parts.get(number)
    if (!part || part.etag !== etag) throw invalidPart(String(number))
    return part
  })
}

export async function abortUpload(call: ObjectCall, service: Service): Promise<Reply> {
  const { id, key } = needUpload(call)
  await call.bucket.files.uploads.record({ abort: id })
  service.emit(call, 'ObjectRemoved:AbortMultipartUpload', { key, size: 0, etag: '' })
  return { status: 204 }
}

export function needUpload(call: ObjectCall): Upload {
  const id = param(call, 'uploadId') ?? ''
  const upload = call.bucket.files.uploads.find(id)
  if (!upload || upload.key !== call.key) throw noSuchUpload(id)
  return upload
}

function noSuchUpload(id: string): OssError {
  return new OssError(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: id },
  )
}

function invalidPart(part: string): OssError {
  return new OssError(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
    { PartNumber: part },
  )
}
