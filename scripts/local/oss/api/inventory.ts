// Inventory configurations: several of a bucket, kept as they were sent. No inventory is ever made.

import { OssError } from '../error.ts'
import { readSmallBody } from '../http/body.ts'
import { el, parseXml, textOf } from '../http/xml.ts'
import { param, xmlReply } from './call.ts'
import type { BucketCall, Reply } from './call.ts'
import { invalid } from './meta.ts'

const PREFIX = 'inventory:'

function idOf(call: BucketCall): string {
  const id = param(call, 'inventoryId') ?? ''
  if (id === '') throw invalid('inventoryId', id)
  return id
}

export async function putInventory(call: BucketCall): Promise<Reply> {
  const id = idOf(call)
  const body = await readSmallBody(call.request, call.headers)
  const named = textOf(parseXml(body, 'InventoryConfiguration'), 'Id')
  if (named !== id) throw invalid('Id', named ?? '')
  call.bucket.update({ documents: { ...call.bucket.settings.documents, [PREFIX + id]: body } })
  return { status: 200, headers: { 'content-length': 0 } }
}

/** One configuration, or with no id all of them. */
export async function getInventory(call: BucketCall): Promise<Reply> {
  const { documents } = call.bucket.settings
  if (param(call, 'inventoryId') !== undefined) {
    const body = documents[PREFIX + idOf(call)]
    if (body !== undefined) return { status: 200, headers: { 'content-type': 'application/xml' }, body }
    throw new OssError(404, 'NoSuchInventory', 'The inventory configuration does not exist.')
  }
  const all = Object.entries(documents)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([, body]) => ({ xml: body.replace(/^\s*<\?xml.*?\?>\s*/s, '') }))
  return xmlReply(el('ListInventoryConfigurationsResult', all, el('IsTruncated', false)))
}

export async function deleteInventory(call: BucketCall): Promise<Reply> {
  const { [PREFIX + idOf(call)]: _gone, ...rest } = call.bucket.settings.documents
  call.bucket.update({ documents: rest })
  return { status: 204 }
}
