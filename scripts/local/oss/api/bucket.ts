// Buckets themselves: create, remove, list, and what is known of one.

import { OssError } from '../error.ts'
import { readSmallBody } from '../http/body.ts'
import { el, parseXml, textOf } from '../http/xml.ts'
import type { Xml } from '../http/xml.ts'
import type { Bucket, BucketAcl } from '../store/store.ts'
import { param, xmlDate, xmlReply } from './call.ts'
import type { BucketCall, Call, Reply, Service } from './call.ts'
import { ownerXml } from './list.ts'
import { invalid, STORAGE_CLASSES } from './meta.ts'
import { readTags } from './tags.ts'

const BUCKET_ACLS = new Set(['private', 'public-read', 'public-read-write'])

/** Documented: 3 to 63 lower-case letters, digits and hyphens, none of them at an end. */
export function isBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)
}

function isPartOfName(text: string): boolean {
  return /^[a-z0-9-]{0,63}$/.test(text)
}

export async function putBucket(call: Call, service: Service, name: string): Promise<Reply> {
  const ownerId = call.identity.key?.ownerId ?? ''
  const asked = call.headers['x-oss-acl']
  const acl = asked === undefined ? undefined : readAcl(asked)
  const body = await readSmallBody(call.request, call.headers)
  const root = body.trim() === '' ? undefined : parseXml(body, 'CreateBucketConfiguration')
  const storageClass = textOf(root, 'StorageClass') ?? 'Standard'
  if (!STORAGE_CLASSES.has(storageClass)) throw invalid('StorageClass', storageClass)
  const location = textOf(root, 'LocationConstraint')
  if (location !== undefined && location !== `oss-${service.region}`) {
    throw new OssError(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid', {
      LocationConstraint: location,
    })
  }
  const old = service.store.bucket(name)
  if (old && old.settings.ownerId !== ownerId) {
    throw new OssError(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { BucketName: name },
      '0015-00000104',
    )
  }
  if (old) {
    if (acl) old.update({ acl })
  } else {
    const { blockPublicAccess } = service.switches
    if (blockPublicAccess && acl?.startsWith('public-')) throw blockedAcl(name)
    const created = Math.floor(service.now() / 1000) * 1000
    service.store.createBucket(name, {
      ownerId,
      created,
      acl: acl ?? 'private',
      storageClass,
      blockPublicAccess,
      documents: {},
    })
  }
  return { status: 200, headers: { location: `/${name}`, 'content-length': 0 } }
}

export async function deleteBucket(call: BucketCall, service: Service): Promise<Reply> {
  const { files, name } = call.bucket
  if (files.size > 0 || files.uploads.all().length > 0) {
    throw new OssError(
      409,
      'BucketNotEmpty',
      'The bucket you tried to delete is not empty.',
      { BucketName: name },
      '0015-00000301',
    )
  }
  service.store.removeBucket(name)
  return { status: 204 }
}

export async function listBuckets(call: Call, service: Service): Promise<Reply> {
  const ownerId = call.identity.key?.ownerId ?? ''
  const prefix = param(call, 'prefix') ?? ''
  const marker = param(call, 'marker') ?? ''
  // Documented with these codes; what is valid is not said. The vendor's Go client tests that capitals are not.
  if (!isPartOfName(prefix)) throw invalid('prefix', prefix, '0017-00000290')
  if (!isPartOfName(marker)) throw invalid('marker', marker, '0017-00000291')
  const limit = Number(param(call, 'max-keys') ?? 100)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw invalid('max-keys', String(limit))
  const asked = param(call, 'tagging')
  const found = service.store
    .buckets()
    .filter(({ name, settings }) => settings.ownerId === ownerId && name.startsWith(prefix) && name > marker)
    .filter((bucket) => hasTags(bucket, asked))
  const page = found.slice(0, limit)
  const truncated = found.length > limit
  return xmlReply(
    el(
      'ListAllMyBucketsResult',
      el('Prefix', prefix),
      el('Marker', marker),
      el('MaxKeys', limit),
      el('IsTruncated', truncated),
      truncated ? el('NextMarker', page.at(-1)?.name ?? '') : undefined,
      ownerXml(ownerId),
      el(
        'Buckets',
        page.map((bucket) =>
          el('Bucket', described(bucket, service), asked === undefined ? undefined : tagsXml(bucket)),
        ),
      ),
    ),
  )
}

/** Documented: `tagging="a":"1","b":"2"` lists the buckets that have all of these tags. */
function hasTags({ settings }: Bucket, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === '') return true
  const tags = settings.documents['tagging']
  const has = tags === undefined ? [] : readTags(tags).map(([name, value]) => `"${name}":"${value}"`)
  return wanted.split(',').every((tag) => has.includes(tag) || has.some((each) => each.startsWith(`${tag}:`)))
}

function tagsXml({ settings }: Bucket): Xml | undefined {
  const tags = settings.documents['tagging']
  if (tags === undefined) return undefined
  const list = readTags(tags).map(([name, value]) => el('Tag', el('Key', name), el('Value', value)))
  return el('Tagging', el('TagSet', list))
}

function described({ name, settings }: Bucket, { region }: Service): Xml[] {
  return [
    el('CreationDate', xmlDate(settings.created)),
    el('ExtranetEndpoint', `oss-${region}.aliyuncs.com`),
    el('IntranetEndpoint', `oss-${region}-internal.aliyuncs.com`),
    el('Location', `oss-${region}`),
    el('Name', name),
    el('Region', region),
    el('StorageClass', settings.storageClass),
  ]
}

export async function getBucketInfo(call: BucketCall, service: Service): Promise<Reply> {
  const { settings } = call.bucket
  return xmlReply(
    el(
      'BucketInfo',
      el(
        'Bucket',
        described(call.bucket, service),
        el('DataRedundancyType', 'LRS'),
        el('Versioning', settings.versioning ?? ''),
        el('BlockPublicAccess', settings.blockPublicAccess),
        ownerXml(settings.ownerId),
        el('AccessControlList', el('Grant', settings.acl)),
        el('ServerSideEncryptionRule', el('SSEAlgorithm', 'None')),
        el('BucketPolicy', el('LogBucket'), el('LogPrefix')),
      ),
    ),
  )
}

export async function getBucketLocation(_call: BucketCall, { region }: Service): Promise<Reply> {
  return xmlReply(el('LocationConstraint', `oss-${region}`))
}

export async function getBucketStat(call: BucketCall): Promise<Reply> {
  let bytes = 0
  let key = call.bucket.files.seek('', true)
  let count = 0
  for (; key !== undefined; key = call.bucket.files.seek(key, false)) {
    bytes += call.bucket.files.find(key)?.size ?? 0
    count += 1
  }
  const uploads = call.bucket.files.uploads.all().length
  return xmlReply(el('BucketStat', el('Storage', bytes), el('ObjectCount', count), el('MultipartUploadCount', uploads)))
}

export async function getBucketAcl(call: BucketCall): Promise<Reply> {
  const { settings } = call.bucket
  return xmlReply(
    el('AccessControlPolicy', ownerXml(settings.ownerId), el('AccessControlList', el('Grant', settings.acl))),
  )
}

export async function putBucketAcl(call: BucketCall): Promise<Reply> {
  const header = call.headers['x-oss-acl']
  if (header === undefined)
    throw new OssError(400, 'MissingArgument', 'Missing Some Required Arguments.', { ArgumentName: 'x-oss-acl' })
  const acl = readAcl(header)
  if (call.bucket.settings.blockPublicAccess && acl !== 'private') throw blockedAcl(call.bucket.name)
  call.bucket.update({ acl })
  return { status: 200, headers: { location: `/${call.bucket.name}`, 'content-length': 0 } }
}

function readAcl(text: string): BucketAcl {
  if (!BUCKET_ACLS.has(text)) throw invalid('x-oss-acl', text)
  return text as BucketAcl
}

function blockedAcl(bucket: string): OssError {
  return new OssError(
    403,
    'AccessDenied',
    'Put public bucket acl is not allowed',
    { BucketName: bucket },
    '0003-00000801',
  )
}
