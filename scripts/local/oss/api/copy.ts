// CopyObject: bytes are linked, not copied; the conditions and the right to read are the source's.

import { OssError } from '../error.ts'
import type { ObjectRecord } from '../store/bucket.ts'
import { wholeSeconds } from '../store/bucket.ts'
import type { Bucket } from '../store/store.ts'
import type { ObjectMeta } from '../store/types.ts'
import { el, xmlDocument } from '../http/xml.ts'
import { percentDecode } from '../http/address.ts'
import { xmlDate } from './call.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { checkConditions, readConditions } from './conditions.ts'
import { checkKey, invalid, readMeta } from './meta.ts'
import { noSuchKey } from './read.ts'
import { refuseArchived } from './restore.ts'
import { classOf, exists, forbidsOverwrite, refusePublicAcl, storedHeaders } from './write.ts'

// Documented: larger objects are copied in parts.
const MAX_COPY_BYTES = 5 * 1024 ** 3

export async function copyObject(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key, headers } = call
  checkKey(key)
  const source = findSource(call, service)
  const directive = headers['x-oss-metadata-directive'] ?? 'COPY'
  if (directive !== 'COPY' && directive !== 'REPLACE') throw invalid('x-oss-metadata-directive', directive)
  const tagDirective = headers['x-oss-tagging-directive'] ?? 'Copy'
  if (!/^(copy|replace)$/i.test(tagDirective)) throw invalid('x-oss-tagging-directive', tagDirective)
  if (source.record.size > MAX_COPY_BYTES) {
    throw new OssError(400, 'InvalidRequest', 'The specified copy source is larger than the maximum allowable size.')
  }
  const meta = copiedMeta(call, source.record, directive, /^replace$/i.test(tagDirective))
  if (/^replace$/i.test(tagDirective) && meta.tags) service.authorize(call, 'oss:PutObjectTagging', bucket, key)
  refusePublicAcl(bucket, meta.acl)
  const ifAbsent = forbidsOverwrite(headers, bucket)
  if (ifAbsent && bucket.files.find(key)) throw exists(key)

  const segments = await source.bucket.files.data.cloneInto(bucket.files.data, source.record.segments)
  if (ifAbsent && bucket.files.find(key)) {
    bucket.files.data.remove(segments)
    throw exists(key)
  }
  const old = bucket.files.find(key)
  const stored = await bucket.files.put({
    ...meta,
    key,
    size: source.record.size,
    etag: source.record.etag,
    crc64: source.record.crc64,
    ...(source.record.md5 === undefined ? {} : { md5: source.record.md5 }),
    lastModified: wholeSeconds(service.now()),
    type: 'Normal',
    segments,
  })
  service.emit(call, 'ObjectCreated:CopyObject', stored, stored.size - (old?.size ?? 0))
  const result = el(
    'CopyObjectResult',
    el('ETag', `"${stored.etag}"`),
    el('LastModified', xmlDate(stored.lastModified)),
  )
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...storedHeaders(stored) },
    body: xmlDocument(result),
  }
}

export interface CopySource {
  bucket: Bucket
  record: ObjectRecord
}

/** The object `x-oss-copy-source` names, if the caller may read it and its conditions hold. */
export function findSource(call: ObjectCall, service: Service): CopySource {
  const header = call.headers['x-oss-copy-source'] ?? ''
  const path = percentDecode(header.split('?')[0] ?? '').toString('utf8')
  const match = /^\/?([^/]+)\/([\s\S]+)$/.exec(path)
  if (!match?.[1] || !match[2]) throw invalid('x-oss-copy-source', header)
  if (/[?&]versionId=/.test(header)) throw new OssError(501, 'NotImplemented', 'Versions are not implemented.')
  const bucket = service.store.bucket(match[1])
  if (!bucket) {
    throw new OssError(
      404,
      'NoSuchBucket',
      'The specified bucket does not exist.',
      { BucketName: match[1] },
      '0015-00000101',
    )
  }
  service.authorize(call, 'oss:GetObject', bucket, match[2])
  let record = bucket.files.find(match[2])
  if (record?.type === 'Symlink') record = bucket.files.find(record.target ?? '')
  if (!record) throw noSuchKey(match[2])
  refuseArchived(record, service.now())
  if (!checkConditions(readConditions(call.headers, 'x-oss-copy-source-'), record)) {
    throw new OssError(304, 'NotModified', 'The copy source was not modified.')
  }
  return { bucket, record }
}

function copiedMeta(call: ObjectCall, source: ObjectRecord, directive: string, replaceTags: boolean): ObjectMeta {
  const asked = readMeta(call.headers, call.key)
  const kept: ObjectMeta =
    directive === 'REPLACE' ? asked : { contentType: source.contentType, headers: source.headers, user: source.user }
  const { tags: _tags, acl: _acl, storageClass: _class, ...rest } = kept
  const storageClass = asked.storageClass ?? classOf(call.bucket)
  const tags = replaceTags ? asked.tags : source.tags
  // The list of the source is not copied; the new object follows its bucket unless the request says otherwise.
  return {
    ...rest,
    ...(tags ? { tags } : {}),
    ...(asked.acl === undefined ? {} : { acl: asked.acl }),
    ...(storageClass === undefined ? {} : { storageClass }),
  }
}
