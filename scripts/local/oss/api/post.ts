// PostObject: an upload from a form in a browser.

import { checkForm } from '../auth/post-policy.ts'
import { OssError } from '../error.ts'
import { readForm } from '../http/form.ts'
import type { FormFile } from '../http/form.ts'
import { el, xmlDocument } from '../http/xml.ts'
import type { StoredObject } from '../store/types.ts'
import { mediaType } from './media-types.ts'
import type { BucketCall, Reply, Service } from './call.ts'
import { exists, forbidsOverwrite, readNewMeta, storedHeaders } from './write.ts'

/** Form fields that stand for request headers. */
const HEADER_FIELDS = /^(x-oss-|cache-control$|content-type$|content-disposition$|content-encoding$|expires$)/

export async function postObject(call: BucketCall, service: Service): Promise<Reply> {
  const form = await readForm(countBytes(call), call.headers['content-type'] ?? '')
  const { fields, file } = form
  const template = fields.get('key')
  if (!template) {
    throw new OssError(400, 'InvalidArgument', 'Bucket POST must contain the field key.', { ArgumentName: 'key' })
  }
  const key = template.replaceAll('${filename}', file.filename?.replace(/^.*[/\\]/, '') ?? '')
  const { identity, size } = checkForm(fields, call.bucket.name, { ...service })
  call.entry.signed = identity.how
  call.entry.key = key
  if (identity.key) call.entry.accessKeyId = identity.key.accessKeyId
  if (identity.key?.session) call.entry.role = identity.key.session.role
  const headers = formHeaders(fields, file, key)
  const asked: BucketCall = { ...call, identity, headers }
  service.authorize(asked, 'oss:PutObject', call.bucket, key)
  const meta = readNewMeta(asked, service, key)
  const ifAbsent = forbidsOverwrite(headers, call.bucket)
  const old = call.bucket.files.find(key)
  if (ifAbsent && old) throw exists(key)
  const writer = call.bucket.files.openWriter()
  try {
    for await (const chunk of file.bytes) {
      if (writer.bytes + chunk.length > size.max) {
        throw new OssError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.')
      }
      await writer.write(chunk)
    }
    if (writer.bytes < size.min) {
      throw new OssError(400, 'EntityTooSmall', 'Your proposed upload smaller than the minimum allowed size.')
    }
  } catch (error) {
    await writer.abort()
    throw error
  }
  const stored = await writer.commit(key, meta, { ifAbsent })
  if (stored === 'exists') throw exists(key)
  service.emit(asked, 'ObjectCreated:PostObject', stored, stored.size - (old?.size ?? 0))
  return answer(fields, call.bucket.name, stored)
}

function answer(fields: ReadonlyMap<string, string>, bucket: string, stored: StoredObject): Reply {
  const headers = storedHeaders(stored)
  const redirect = fields.get('success_action_redirect')
  if (redirect) {
    const mark = redirect.includes('?') ? '&' : '?'
    const query = new URLSearchParams({ bucket, key: stored.key, etag: `"${stored.etag}"` })
    return { status: 303, headers: { ...headers, location: encodeURI(redirect) + mark + query.toString() } }
  }
  switch (fields.get('success_action_status')) {
    case '200':
      return { status: 200, headers: { ...headers, 'content-length': 0 } }
    case '201': {
      const body = el(
        'PostResponse',
        el('Bucket', bucket),
        el('Key', stored.key),
        el('ETag', `"${stored.etag}"`),
        el('Location', `/${encodeURIComponent(stored.key)}`),
      )
      return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body: xmlDocument(body) }
    }
    default:
      return { status: 204, headers }
  }
}

function formHeaders(fields: ReadonlyMap<string, string>, file: FormFile, key: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of fields) {
    // Values become headers of later answers, which are bytes: UTF-8 as Latin-1, without what would end a line.
    if (HEADER_FIELDS.test(name))
      headers[name] = Buffer.from(value)
        .toString('latin1')
        .replace(/[\r\n\0]/g, ' ')
  }
  headers['content-type'] ??= file.contentType ?? mediaType(key)
  const acl = headers['x-oss-object-acl']
  if (acl === '') delete headers['x-oss-object-acl']
  return headers
}

async function* countBytes(call: BucketCall): AsyncGenerator<Buffer> {
  for await (const chunk of call.request as AsyncIterable<Buffer>) {
    call.entry.bytesIn += chunk.length
    yield chunk
  }
}
