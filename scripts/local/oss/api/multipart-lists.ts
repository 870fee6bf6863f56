// ListParts and ListMultipartUploads.

import { encodeStrictly } from '../http/address.ts'
import { el } from '../http/xml.ts'
import { compareKeys } from '../store/keys.ts'
import type { Upload } from '../store/uploads.ts'
import { param, xmlDate, xmlReply } from './call.ts'
import type { BucketCall, ObjectCall, Reply } from './call.ts'
import { readCount, readEncoding } from './list.ts'
import { needUpload } from './multipart.ts'

export async function listParts(call: ObjectCall): Promise<Reply> {
  const upload = needUpload(call)
  const marker = Number(param(call, 'part-number-marker') ?? 0)
  const limit = readCount(call, 'max-parts', 1000, 1000)
  const encoding = readEncoding(call)
  const behind = [...upload.parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number)
  const page = behind.slice(0, limit)
  return xmlReply(
    el(
      'ListPartsResult',
      encoding ? el('EncodingType', 'url') : undefined,
      el('Bucket', call.bucket.name),
      el('Key', encoding ? encodeStrictly(call.key) : call.key),
      el('UploadId', upload.id),
      el('StorageClass', upload.meta.storageClass ?? 'Standard'),
      el('PartNumberMarker', marker),
      el('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      el('MaxParts', limit),
      el('IsTruncated', behind.length > limit),
      page.map(({ number, lastModified, etag, crc64, size }) =>
        el(
          'Part',
          el('PartNumber', number),
          el('LastModified', xmlDate(lastModified)),
          el('ETag', `"${etag}"`),
          el('HashCrc64ecma', crc64),
          el('Size', size),
        ),
      ),
    ),
  )
}

export async function listUploads(call: BucketCall): Promise<Reply> {
  const prefix = param(call, 'prefix') ?? ''
  const delimiter = param(call, 'delimiter') ?? ''
  const keyMarker = param(call, 'key-marker') ?? ''
  const idMarker = param(call, 'upload-id-marker') ?? ''
  const limit = readCount(call, 'max-uploads', 1000, 1000)
  const encoding = readEncoding(call)
  const write = encoding ? encodeStrictly : (key: string) => key
  const found = call.bucket.files.uploads
    .all()
    .filter((upload) => upload.key.startsWith(prefix) && isBehind(upload, keyMarker, idMarker))
    .sort(inOrder)
  const uploads: Upload[] = []
  const prefixes = new Set<string>()
  let last: Upload | undefined
  let truncated = false
  for (const upload of found) {
    const cut = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length)
    const common = cut < 0 ? undefined : upload.key.slice(0, cut + delimiter.length)
    if (uploads.length + prefixes.size === limit && !(common !== undefined && prefixes.has(common))) {
      truncated = true
      break
    }
    if (common === undefined) uploads.push(upload)
    else prefixes.add(common)
    last = upload
  }
  return xmlReply(
    el(
      'ListMultipartUploadsResult',
      encoding ? el('EncodingType', 'url') : undefined,
      el('Bucket', call.bucket.name),
      el('KeyMarker', write(keyMarker)),
      el('UploadIdMarker', idMarker),
      el('NextKeyMarker', truncated ? write(last?.key ?? '') : ''),
      el('NextUploadIdMarker', truncated ? (last?.id ?? '') : ''),
      el('Delimiter', write(delimiter)),
      el('Prefix', write(prefix)),
      el('MaxUploads', limit),
      el('IsTruncated', truncated),
      uploads.map(({ key, id, initiated, meta }) =>
        el(
          'Upload',
          el('Key', write(key)),
          el('UploadId', id),
          el('StorageClass', meta.storageClass ?? 'Standard'),
          el('Initiated', xmlDate(initiated)),
        ),
      ),
      [...prefixes].map((each) => el('CommonPrefixes', el('Prefix', write(each)))),
    ),
  )
}

function inOrder(a: Upload, b: Upload): number {
  return compareKeys(a.key, b.key) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}

/** Documented: with an upload id as marker, further uploads of the marker's key count too. */
function isBehind({ key, id }: Upload, keyMarker: string, idMarker: string): boolean {
  if (keyMarker === '') return true
  const order = compareKeys(key, keyMarker)
  return order > 0 || (order === 0 && idMarker !== '' && id > idMarker)
}
