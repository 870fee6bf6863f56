// What a request wants to be kept beside an object's bytes.

import { OssError } from '../error.ts'
import type { ObjectMeta } from '../store/types.ts'
import { mediaType } from './media-types.ts'
import { readTagging } from './tags.ts'

/** Standard headers that are kept and returned. */
export const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires']

export const ACLS = new Set(['default', 'private', 'public-read', 'public-read-write'])
export const STORAGE_CLASSES = new Set(['Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'])

export const ENCRYPTION = 'x-oss-server-side-encryption'

const USER_PREFIX = 'x-oss-meta-'
// Documented with EC 0011-00000002: names and values together stay under 8 KB.
const USER_BYTES = 8192
const MAX_KEY_BYTES = 1023

/** Reads metadata headers. @throws OssError 400 for what OSS does not take. */
export function readMeta(headers: Readonly<Record<string, string>>, key: string): ObjectMeta {
  const kept: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = headers[name]
    if (value !== undefined) kept[name] = checkValue(name, value)
  }
  const meta: ObjectMeta = {
    contentType: checkValue('content-type', headers['content-type'] ?? mediaType(key)),
    headers: kept,
    user: readUserMeta(headers),
  }
  const tagging = headers['x-oss-tagging']
  if (tagging) meta.tags = readTagging(tagging)
  const acl = headers['x-oss-object-acl']
  if (acl !== undefined) meta.acl = checkAcl(acl)
  const storageClass = headers['x-oss-storage-class']
  if (storageClass !== undefined) {
    if (!STORAGE_CLASSES.has(storageClass)) throw invalid('x-oss-storage-class', storageClass)
    meta.storageClass = storageClass
  }
  const encryption = headers[ENCRYPTION]
  if (encryption !== undefined) {
    // The header is answered as the service would; nothing is encrypted here.
    if (!['AES256', 'KMS', 'SM4'].includes(encryption)) throw invalid(ENCRYPTION, encryption)
    meta.extra = { [ENCRYPTION]: encryption }
  }
  for (const name of ['x-oss-callback', 'x-oss-server-side-data-encryption', 'x-oss-object-worm-mode']) {
    if (headers[name] !== undefined) throw notImplemented(name)
  }
  return meta
}

export function checkAcl(acl: string): string {
  if (!ACLS.has(acl)) throw invalid('x-oss-object-acl', acl)
  return acl
}

/** A value that can be sent back as a header; the parser of requests lets more through. */
function checkValue(name: string, value: string, ec?: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw invalid(name, value, ec)
  return value
}

function readUserMeta(headers: Readonly<Record<string, string>>): Record<string, string> {
  const user: Record<string, string> = {}
  let bytes = 0
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(USER_PREFIX)) continue
    const short = name.slice(USER_PREFIX.length)
    // Documented: hyphens, digits and letters; underscores are not supported.
    if (!/^[a-z0-9-]+$/.test(short)) throw invalid('x-oss-meta-*', name, '0011-00000004')
    bytes += name.length + value.length
    user[short] = checkValue(name, value, '0011-00000005')
  }
  if (bytes >= USER_BYTES) throw invalid('x-oss-meta-*', `${bytes} bytes`, '0011-00000002')
  return user
}

/**
 * Refuses what cannot be a key to write: empty, over 1,023 bytes, a slash or backslash first, dot segments.
 * @throws OssError 400 InvalidObjectName
 */
export function checkKey(key: string): void {
  const dots = key.split('/').some((segment) => segment === '.' || segment === '..')
  if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES || /^[/\\]/.test(key) || key.includes('\0') || dots) {
    throw new OssError(
      400,
      'InvalidObjectName',
      'The specified object is not valid.',
      { ObjectName: key },
      '0016-00000003',
    )
  }
}

export function invalid(name: string, value: string, ec?: string): OssError {
  const detail = { ArgumentName: name, ArgumentValue: value }
  return new OssError(400, 'InvalidArgument', `The argument ${name} is invalid.`, detail, ec)
}

export function notImplemented(what: string): OssError {
  return new OssError(
    501,
    'NotImplemented',
    `A header or operation you provided implies functionality that is not implemented: ${what}`,
    {
      Header: what,
    },
  )
}
