// Symbolic links: an object that stands for another one of its bucket.

import { percentDecode } from '../http/address.ts'
import { OssError } from '../error.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { httpDate } from './call.ts'
import { checkKey } from './meta.ts'
import { noSuchKey } from './read.ts'
import { exists, forbidsOverwrite, readNewMeta } from './write.ts'

/** The target need not exist. */
export async function putSymlink(call: ObjectCall, service: Service): Promise<Reply> {
  const { bucket, key, headers } = call
  const meta = readNewMeta(call, service, key)
  const header = headers['x-oss-symlink-target']
  if (!header) {
    throw new OssError(400, 'MissingArgument', 'Missing Some Required Arguments.', {
      ArgumentName: 'x-oss-symlink-target',
    })
  }
  const target = percentDecode(header).toString('utf8')
  checkKey(target)
  const old = bucket.files.find(key)
  const writer = bucket.files.openWriter()
  const options = { ifAbsent: forbidsOverwrite(headers, bucket), type: 'Symlink' as const, target }
  const stored = await writer.commit(key, meta, options)
  if (stored === 'exists') throw exists(key)
  service.emit(call, 'ObjectCreated:PutSymlink', stored, -(old?.size ?? 0))
  return { status: 200, headers: { etag: `"${stored.etag}"`, 'content-length': 0 } }
}

export async function getSymlink(call: ObjectCall): Promise<Reply> {
  const record = call.bucket.files.find(call.key)
  if (!record) throw noSuchKey(call.key)
  if (record.type !== 'Symlink') {
    throw new OssError(400, 'NotSymlink', 'The object is not a symlink.', { Key: call.key })
  }
  const headers: Record<string, string | number> = {
    'x-oss-symlink-target': encodeURIComponent(record.target ?? ''),
    'last-modified': httpDate(record.lastModified),
    etag: `"${record.etag}"`,
    'content-length': 0,
  }
  for (const [name, value] of Object.entries(record.user)) headers[`x-oss-meta-${name}`] = value
  return { status: 200, headers }
}
