// GetObject, HeadObject, GetObjectMeta.

import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { OssError } from '../error.ts'
import type { ObjectRecord } from '../store/bucket.ts'
import { httpDate, param } from './call.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { checkConditions, readConditions, readRange } from './conditions.ts'
import { notImplemented } from './meta.ts'
import { refuseArchived, restoreHeader } from './restore.ts'
import { errorPage, indexKey, subDirectory } from './website.ts'

/** Headers of an answer a signed reader may choose. */
const OVERRIDES: Readonly<Record<string, string>> = {
  'response-content-type': 'content-type',
  'response-content-language': 'content-language',
  'response-expires': 'expires',
  'response-cache-control': 'cache-control',
  'response-content-disposition': 'content-disposition',
  'response-content-encoding': 'content-encoding',
}

// Documented: these types, from 1 KB, are compressed for who accepts gzip.
const GZIP_TYPES = new Set([
  'text/cache-manifest',
  'text/xml',
  'text/plain',
  'text/css',
  'application/javascript',
  'application/x-javascript',
  'application/rss+xml',
  'application/json',
  'text/json',
])
const GZIP_BYTES = 1024

export async function getObject(call: ObjectCall, service: Service): Promise<Reply | 'answered'> {
  if (param(call, 'x-oss-process') !== undefined) throw notImplemented('x-oss-process')
  const index = indexKey(call, call.key)
  if (index !== undefined && index !== call.key) return getObject({ ...call, key: index }, service)
  const named = call.bucket.files.find(call.key)
  if (!named) return missing(call, service)
  const record = followSymlink(call, named)
  refuseArchived(record, service.now())
  const conditions = checkConditions(readConditions(call.headers), record)
  const headers = objectHeaders(call, service, record, named)
  if (!conditions) return { status: 304, headers: notModified(headers) }
  const standard = call.headers['x-oss-range-behavior'] === 'standard'
  const range = readRange(call.headers['range'], record.size, standard)
  if (range) {
    headers['content-length'] = range.end - range.start + 1
    headers['content-range'] = `bytes ${range.start}-${range.end}/${record.size}`
    return { status: 206, headers, body: call.bucket.files.read(record, range.start, range.end) }
  }
  if (record.size === 0) return { status: 200, headers }
  const body = call.bucket.files.read(record)
  return wantsGzip(call, service, record) ? gzipped(headers, body) : { status: 200, headers, body }
}

export async function headObject(call: ObjectCall, service: Service): Promise<Reply | 'answered'> {
  const named = call.bucket.files.find(call.key)
  if (!named) return missing(call, service)
  const record = followSymlink(call, named)
  const conditions = checkConditions(readConditions(call.headers), record)
  const headers = objectHeaders(call, service, record, named)
  return conditions ? { status: 200, headers } : { status: 304, headers: notModified(headers) }
}

/** `HEAD ?objectMeta`: the few facts that need no metadata. */
export async function getObjectMeta(call: ObjectCall): Promise<Reply> {
  const record = call.bucket.files.find(call.key)
  if (!record) throw noSuchKey(call.key)
  return {
    status: 200,
    headers: {
      'content-length': record.size,
      etag: `"${record.etag}"`,
      'last-modified': httpDate(record.lastModified),
      'x-oss-hash-crc64ecma': record.crc64,
    },
  }
}

export function noSuchKey(key: string): OssError {
  return new OssError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key }, '0026-00000001')
}

/** The object a symlink points at, or the object itself. */
function followSymlink(call: ObjectCall, record: ObjectRecord): ObjectRecord {
  if (record.type !== 'Symlink') return record
  const target = call.bucket.files.find(record.target ?? '')
  if (!target) {
    throw new OssError(
      404,
      'SymlinkTargetNotExist',
      'The symlink target object does not exist',
      { Key: call.key },
      '0026-00000016',
    )
  }
  if (target.type === 'Symlink') {
    throw new OssError(400, 'InvalidTargetType', 'The symlink target object type is invalid', { Key: call.key })
  }
  return target
}

async function missing(call: ObjectCall, service: Service): Promise<Reply | 'answered'> {
  if (await service.mirror(call)) return 'answered'
  if (service.switches.missingNeedsList && call.identity.key?.session) {
    service.authorize(call, 'oss:ListObjects', call.bucket)
  }
  const directory = call.method === 'GET' ? subDirectory(call) : undefined
  if (directory && 'show' in directory) return getObject({ ...call, key: directory.show }, service)
  if (directory) return { status: 302, headers: { location: directory.redirect } }
  return showErrorPage(call, service) ?? refuse(noSuchKey(call.key))
}

function refuse(error: OssError): never {
  throw error
}

/** The bucket's page for missing objects, which readers without a signature see. */
function showErrorPage(call: ObjectCall, service: Service): Reply | undefined {
  const page = call.method === 'GET' ? errorPage(call) : undefined
  const record = page && call.bucket.files.find(page.key)
  if (!page || !record) return undefined
  const headers = objectHeaders(call, service, record, record)
  return { status: page.status, headers, ...(record.size > 0 ? { body: call.bucket.files.read(record) } : {}) }
}

function objectHeaders(
  call: ObjectCall,
  service: Service,
  record: ObjectRecord,
  named: ObjectRecord,
): Record<string, string | number> {
  const headers: Record<string, string | number> = {
    'content-type': record.contentType,
    'content-length': record.size,
    'accept-ranges': 'bytes',
    etag: `"${record.etag}"`,
    'last-modified': httpDate(record.lastModified),
    'x-oss-object-type': named.type,
    'x-oss-hash-crc64ecma': record.crc64,
    'x-oss-storage-class': record.storageClass ?? 'Standard',
    ...record.headers,
    ...record.extra,
  }
  if (record.md5 !== undefined) headers['content-md5'] = record.md5
  if (record.type === 'Appendable') headers['x-oss-next-append-position'] = record.size
  const tags = Object.keys(record.tags ?? {}).length
  if (tags > 0) headers['x-oss-tagging-count'] = tags
  const restore = restoreHeader(record, service.now())
  if (restore !== undefined) headers['x-oss-restore'] = restore
  // A link shows its own user metadata with the target's bytes.
  for (const [name, value] of Object.entries(named.user)) headers[`x-oss-meta-${name}`] = value
  if (service.switches.forcedDownload) {
    headers['content-disposition'] = 'attachment'
    headers['x-oss-force-download'] = 'true'
  }
  override(call, headers)
  return headers
}

function override(call: ObjectCall, headers: Record<string, string | number>): void {
  for (const [name, header] of Object.entries(OVERRIDES)) {
    const value = param(call, name)
    if (value === undefined) continue
    if (!call.identity.key) {
      throw new OssError(400, 'InvalidRequest', 'Anonymous requests may not override response headers.', {
        ArgumentName: name,
      })
    }
    // Header values are bytes: UTF-8 is handed on as it came.
    headers[header] = Buffer.from(value)
      .toString('latin1')
      .replace(/[\r\n\0]/g, '')
  }
}

function notModified(headers: Record<string, string | number>): Record<string, string | number> {
  const { 'content-length': _length, 'content-type': _type, 'content-md5': _md5, ...rest } = headers
  return rest
}

function wantsGzip(call: ObjectCall, service: Service, record: ObjectRecord): boolean {
  const type = record.contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  return (
    service.switches.gzip &&
    call.headers['range'] === undefined &&
    /\bgzip\b/.test(call.headers['accept-encoding'] ?? '') &&
    record.headers['content-encoding'] === undefined &&
    record.size >= GZIP_BYTES &&
    GZIP_TYPES.has(type)
  )
}

function gzipped(headers: Record<string, string | number>, body: Readable): Reply {
  const { etag: _etag, 'content-length': _length, 'content-md5': _md5, 'accept-ranges': _ranges, ...rest } = headers
  const gzip = createGzip()
  body.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => body.destroy())
  return {
    status: 200,
    headers: { ...rest, 'content-encoding': 'gzip', vary: 'Accept-Encoding' },
    body: body.pipe(gzip),
  }
}
