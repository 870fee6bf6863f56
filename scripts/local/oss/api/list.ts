// ListObjects (V1) and ListObjectsV2.

import { OssError } from '../error.ts'
import { encodeStrictly } from '../http/address.ts'
import { el, xmlDocument } from '../http/xml.ts'
import type { Xml } from '../http/xml.ts'
import type { BucketFiles, ObjectRecord } from '../store/bucket.ts'
import { compareKeys } from '../store/keys.ts'
import { param, xmlDate } from './call.ts'
import type { BucketCall, Reply } from './call.ts'
import { invalid } from './meta.ts'

export interface ListPage {
  objects: ObjectRecord[]
  prefixes: string[]
  /** The last key or prefix of the page, where there is more behind it. */
  next: string | undefined
}

export interface ListQuery {
  prefix: string
  delimiter: string
  /** Only what comes after this key or common prefix. */
  after: string
  limit: number
}

/** One page in byte order. Reads one record per key of the page and none of the keys a common prefix stands for. */
export function listPage(files: BucketFiles, { prefix, delimiter, after, limit }: ListQuery): ListPage {
  const objects: ObjectRecord[] = []
  const prefixes: string[] = []
  let last = ''
  const behind = (common: string): string => `${common}\u{10ffff}`
  // A page that ended with a common prefix goes on behind all that it stands for.
  const resumed = delimiter !== '' && after.startsWith(prefix) && after.endsWith(delimiter) && after !== prefix
  let key = compareKeys(after, prefix) < 0 ? files.seek(prefix, true) : files.seek(after, after === '')
  for (;;) {
    if (key === undefined || !key.startsWith(prefix)) return { objects, prefixes, next: undefined }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length)
    if (common !== undefined && resumed && common === after) {
      key = files.seek(behind(common), false)
      continue
    }
    if (objects.length + prefixes.length === limit) return { objects, prefixes, next: last }
    if (common === undefined) {
      const record = files.find(key)
      if (record) objects.push(record)
      last = key
      key = files.seek(key, false)
    } else {
      prefixes.push(common)
      last = common
      key = files.seek(behind(common), false)
    }
  }
}

export async function listObjects(call: BucketCall): Promise<Reply> {
  const marker = param(call, 'marker') ?? ''
  const { query, write, echo } = common(call, marker)
  const page = listPage(call.bucket.files, query)
  const body = el(
    'ListBucketResult',
    el('Name', call.bucket.name),
    echo,
    el('Marker', write(marker)),
    el('MaxKeys', maxKeys(call)),
    el('Delimiter', write(query.delimiter)),
    el('IsTruncated', page.next !== undefined),
    page.next === undefined ? undefined : el('NextMarker', write(page.next)),
    page.objects.map((each) => contents(each, write, call.bucket.settings.ownerId)),
    page.prefixes.map((each) => el('CommonPrefixes', el('Prefix', write(each)))),
  )
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(body) }
}

export async function listObjectsV2(call: BucketCall): Promise<Reply> {
  const token = param(call, 'continuation-token')
  const startAfter = param(call, 'start-after')
  const owner = param(call, 'fetch-owner') === 'true' ? call.bucket.settings.ownerId : undefined
  const after = token === undefined || token === '' ? (startAfter ?? '') : readToken(token)
  const { query, write, echo } = common(call, after)
  const page = listPage(call.bucket.files, query)
  const body = el(
    'ListBucketResult',
    el('Name', call.bucket.name),
    echo,
    startAfter === undefined ? undefined : el('StartAfter', write(startAfter)),
    token === undefined ? undefined : el('ContinuationToken', token),
    el('MaxKeys', maxKeys(call)),
    el('Delimiter', write(query.delimiter)),
    el('IsTruncated', page.next !== undefined),
    page.next === undefined ? undefined : el('NextContinuationToken', writeToken(page.next)),
    page.objects.map((each) => contents(each, write, owner)),
    page.prefixes.map((each) => el('CommonPrefixes', el('Prefix', write(each)))),
    el('KeyCount', page.objects.length + page.prefixes.length),
  )
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(body) }
}

function common(call: BucketCall, after: string): { query: ListQuery; write: (key: string) => string; echo: Xml[] } {
  const prefix = param(call, 'prefix') ?? ''
  const encoding = readEncoding(call)
  const write = encoding ? encodeStrictly : (key: string) => key
  const echo = [el('Prefix', write(prefix))]
  if (encoding) echo.push(el('EncodingType', 'url'))
  const delimiter = param(call, 'delimiter') ?? ''
  return { query: { prefix, delimiter, after, limit: maxKeys(call) }, write, echo }
}

/** @throws OssError 400 for an encoding other than `url` */
export function readEncoding(call: BucketCall): boolean {
  const encoding = param(call, 'encoding-type')
  if (encoding !== undefined && encoding !== '' && encoding !== 'url') throw invalid('encoding-type', encoding)
  return encoding === 'url'
}

function maxKeys(call: BucketCall): number {
  return readCount(call, 'max-keys', 100, 1000)
}

/** A count from 1 to `most`. @throws OssError 400 InvalidArgument */
export function readCount(call: BucketCall, name: string, standard: number, most: number): number {
  const text = param(call, name)
  if (text === undefined || text === '') return standard
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > most) throw invalid(name, text)
  return count
}

function contents(record: ObjectRecord, write: (key: string) => string, ownerId: string | undefined): Xml {
  return el(
    'Contents',
    el('Key', write(record.key)),
    el('LastModified', xmlDate(record.lastModified)),
    el('ETag', `"${record.etag}"`),
    el('Type', record.type),
    el('Size', record.size),
    el('StorageClass', record.storageClass ?? 'Standard'),
    ownerId === undefined ? undefined : ownerXml(ownerId),
  )
}

export function ownerXml(ownerId: string): Xml {
  return el('Owner', el('ID', ownerId), el('DisplayName', ownerId))
}

// The token is opaque; the sample of the page is base64 with `-` for `=`.
function writeToken(key: string): string {
  return Buffer.from(key).toString('base64').replaceAll('=', '-')
}

function readToken(token: string): string {
  const key = Buffer.from(token.replaceAll('-', '='), 'base64').toString('utf8')
  if (writeToken(key) === token) return key
  throw new OssError(400, 'InvalidArgument', 'The continuation token provided is incorrect.', {
    ArgumentName: 'continuation-token',
    ArgumentValue: token,
  })
}
