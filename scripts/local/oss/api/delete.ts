// DeleteObject and DeleteMultipleObjects.

import { OssError } from '../error.ts'
import { encodeStrictly } from '../http/address.ts'
import { readSmallBody } from '../http/body.ts'
import { el, nodesOf, parseXml, textOf, xmlDocument } from '../http/xml.ts'
import type { BucketCall, ObjectCall, Reply, Service } from './call.ts'
import { readEncoding } from './list.ts'

// Both documented.
const MAX_KEYS = 1000
const MAX_BODY_BYTES = 2 * 1024 * 1024

/** 204, whether the key was there or not. */
export async function deleteObject(call: ObjectCall, service: Service): Promise<Reply> {
  const old = call.bucket.files.find(call.key)
  await call.bucket.files.remove([call.key])
  if (old) service.emit(call, 'ObjectRemoved:DeleteObject', old, -old.size)
  return { status: 204 }
}

export async function deleteObjects(call: BucketCall, service: Service): Promise<Reply> {
  if (call.headers['content-md5'] === undefined) {
    throw new OssError(400, 'InvalidArgument', 'Missing Some Required Arguments: Content-MD5.', {
      ArgumentName: 'Content-MD5',
    })
  }
  const root = parseXml(await readSmallBody(call.request, call.headers, MAX_BODY_BYTES), 'Delete')
  const quiet = textOf(root, 'Quiet')?.trim().toLowerCase() === 'true'
  const objects = nodesOf(root, 'Object')
  const keys = objects.map((each) => textOf(each, 'Key') ?? '')
  if (keys.length === 0 || keys.length > MAX_KEYS || keys.includes('')) {
    throw new OssError(400, 'MalformedXML', `Expected 1 to ${MAX_KEYS} keys, none of them empty, got ${keys.length}.`)
  }
  if (objects.some((each) => textOf(each, 'VersionId') !== undefined)) {
    throw new OssError(501, 'NotImplemented', 'Versions are not implemented.')
  }
  // The right to delete is asked for every key: a role bound to a prefix must not reach beyond it.
  for (const key of keys) service.authorize(call, 'oss:DeleteObject', call.bucket, key)
  const old = new Map(keys.map((key) => [key, call.bucket.files.find(key)]))
  for (const key of await call.bucket.files.remove(keys)) {
    const record = old.get(key)
    if (record) service.emit(call, 'ObjectRemoved:DeleteObjects', record, -record.size)
  }
  if (quiet) return { status: 200, headers: { 'content-length': 0 } }
  const encoding = readEncoding(call)
  const body = el(
    'DeleteResult',
    encoding ? el('EncodingType', 'url') : undefined,
    keys.map((key) => el('Deleted', el('Key', encoding ? encodeStrictly(key) : key))),
  )
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(body) }
}
