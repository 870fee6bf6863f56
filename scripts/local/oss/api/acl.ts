// Access control lists and tags of objects.

import { OssError } from '../error.ts'
import { readSmallBody } from '../http/body.ts'
import { el } from '../http/xml.ts'
import type { ObjectRecord } from '../store/bucket.ts'
import { xmlReply } from './call.ts'
import type { ObjectCall, Reply } from './call.ts'
import { ownerXml } from './list.ts'
import { checkAcl } from './meta.ts'
import { noSuchKey } from './read.ts'
import { checkTags, readTags } from './tags.ts'
import { refusePublicAcl } from './write.ts'

export async function getObjectAcl(call: ObjectCall): Promise<Reply> {
  const record = need(call)
  const owner = ownerXml(call.bucket.settings.ownerId)
  return xmlReply(el('AccessControlPolicy', owner, el('AccessControlList', el('Grant', record.acl ?? 'default'))))
}

export async function putObjectAcl(call: ObjectCall): Promise<Reply> {
  const header = call.headers['x-oss-object-acl']
  if (header === undefined) {
    throw new OssError(400, 'MissingArgument', 'Missing Some Required Arguments.', { ArgumentName: 'x-oss-object-acl' })
  }
  const acl = checkAcl(header)
  refusePublicAcl(call.bucket, acl)
  await change(call, (record) => ({ ...record, acl }))
  return { status: 200, headers: { 'content-length': 0 } }
}

export async function getObjectTagging(call: ObjectCall): Promise<Reply> {
  const tags = Object.entries(need(call).tags ?? {})
  const list = tags.map(([name, value]) => el('Tag', el('Key', name), el('Value', value)))
  return xmlReply(el('Tagging', el('TagSet', list)))
}

export async function putObjectTagging(call: ObjectCall): Promise<Reply> {
  const tags = checkTags(readTags(await readSmallBody(call.request, call.headers)))
  await change(call, (record) => ({ ...record, tags }))
  return { status: 200, headers: { 'content-length': 0 } }
}

export async function deleteObjectTagging(call: ObjectCall): Promise<Reply> {
  await change(call, ({ tags: _tags, ...record }) => record)
  return { status: 204 }
}

function need(call: ObjectCall): ObjectRecord {
  const record = call.bucket.files.find(call.key)
  if (!record) throw noSuchKey(call.key)
  return record
}

/** Changes what is kept beside the bytes; the bytes, their date and their tag stay. */
async function change(call: ObjectCall, edit: (record: ObjectRecord) => ObjectRecord): Promise<void> {
  await call.bucket.files.put(edit(need(call)))
}
