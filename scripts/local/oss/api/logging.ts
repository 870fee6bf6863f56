// The access log of a bucket: kept, given back, never written. Where it is to be written is checked all the same.
// Source: the page "PutBucketLogging" and those of EC 0032-00000002 to 0032-00000009.

import { OssError } from '../error.ts'
import { nodesOf, parseXml, textOf } from '../http/xml.ts'
import type { BucketCall, Service } from './call.ts'

const MAX_PREFIX_CHARACTERS = 256

/** @throws OssError for a target that is not there or is somebody else's, or a prefix that cannot be */
export function checkLogging(body: string, call: BucketCall, { store }: Service): void {
  const enabled = nodesOf(parseXml(body, 'BucketLoggingStatus'), 'LoggingEnabled')[0]
  if (enabled === undefined) return
  const target = textOf(enabled, 'TargetBucket')
  if (target === undefined) throw malformed('Expected a TargetBucket, got none.', '0032-00000002')
  if (target === '') throw malformed('Expected a TargetBucket, got an empty one.', '0032-00000003')
  const prefix = textOf(enabled, 'TargetPrefix') ?? ''
  if (/^[/\\]/.test(prefix)) throw malformed(`Expected no slash at the start, got ${prefix}.`, '0032-00000005')
  if (prefix.length > MAX_PREFIX_CHARACTERS) {
    throw malformed(`Expected up to ${MAX_PREFIX_CHARACTERS} characters, got ${prefix.length}.`, '0032-00000006')
  }
  const bucket = store.bucket(target)
  // The pages tell the two apart by EC only; that both have one code is what the error table of the call leaves open.
  if (!bucket) throw invalidTarget(400, 'The target bucket for logging does not exist.', '0032-00000008')
  if (bucket.settings.ownerId !== call.bucket.settings.ownerId) {
    throw invalidTarget(403, 'The owner of the source bucket and of the target bucket differ.', '0032-00000009')
  }
}

function malformed(message: string, ec: string): OssError {
  return new OssError(400, 'MalformedXML', message, {}, ec)
}

function invalidTarget(status: number, message: string, ec: string): OssError {
  return new OssError(status, 'InvalidTargetBucketForLogging', message, {}, ec)
}
