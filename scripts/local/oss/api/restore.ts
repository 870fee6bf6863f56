// Objects of archive classes, which are read only after a restore.

import { OssError } from '../error.ts'
import type { ObjectRecord } from '../store/bucket.ts'
import { httpDate } from './call.ts'
import type { ObjectCall, Reply, Service } from './call.ts'
import { noSuchKey } from './read.ts'

// Documented for the class Archive: about a minute, then readable for a day unless asked otherwise.
const RESTORE_MS = 60_000
const READABLE_MS = 86_400_000

function isArchived({ storageClass }: ObjectRecord): boolean {
  return storageClass?.endsWith('Archive') ?? false
}

/** The header `x-oss-restore`, where a restore was asked for. */
export function restoreHeader({ restoreStarted }: ObjectRecord, now: number): string | undefined {
  if (restoreStarted === undefined || now > restoreStarted + RESTORE_MS + READABLE_MS) return undefined
  if (now < restoreStarted + RESTORE_MS) return 'ongoing-request="true"'
  return `ongoing-request="false", expiry-date="${httpDate(restoreStarted + RESTORE_MS + READABLE_MS)}"`
}

/** @throws OssError 403 for bytes that would have to be restored first */
export function refuseArchived(record: ObjectRecord, now: number): void {
  if (!isArchived(record) || restoreHeader(record, now)?.includes('"false"')) return
  throw new OssError(
    403,
    'InvalidObjectState',
    "The operation is not valid for the object's state",
    { ObjectName: record.key },
    '0024-00000001',
  )
}

/** 202 when a restore begins, 200 when the object is readable already. */
export async function restoreObject(call: ObjectCall, service: Service): Promise<Reply> {
  const record = call.bucket.files.find(call.key)
  if (!record) throw noSuchKey(call.key)
  if (!isArchived(record)) {
    throw new OssError(400, 'OperationNotSupported', 'The operation is not supported for this resource')
  }
  const state = restoreHeader(record, service.now())
  if (state?.includes('"true"')) {
    throw new OssError(409, 'RestoreAlreadyInProgress', 'The restore operation is in progress.')
  }
  if (state) return { status: 200, headers: { 'content-length': 0 } }
  await call.bucket.files.put({ ...record, restoreStarted: service.now() })
  return { status: 202, headers: { 'content-length': 0 } }
}
