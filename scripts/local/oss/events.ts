// Notifications of changes, in the shape OSS hands to Function Compute.
// Shape: the OSS event template of the deploy tool `devsapp/fc3`; names without the `oss:` that trigger settings carry.

import type { BucketCall } from './api/call.ts'
import type { StoredObject } from './store/types.ts'

/** One element of `events` in an OSS event. */
export interface ObjectEvent {
  eventName: EventName
  eventSource: 'acs:oss'
  /** ISO 8601 with milliseconds. */
  eventTime: string
  eventVersion: '1.0'
  oss: {
    bucket: { arn: string; name: string; ownerIdentity: string; virtualBucket: string }
    object: { deltaSize: number; eTag: string; key: string; size: number }
    ossSchemaVersion: '1.0'
    /** The trigger's name; filled in by whoever delivers. */
    ruleId: string
  }
  region: string
  requestParameters: { sourceIPAddress: string }
  responseElements: { requestId: string }
  userIdentity: { principalId: string }
}

export type EventName =
  | 'ObjectCreated:PutObject'
  | 'ObjectCreated:PostObject'
  | 'ObjectCreated:CopyObject'
  | 'ObjectCreated:InitiateMultipartUpload'
  | 'ObjectCreated:UploadPart'
  | 'ObjectCreated:UploadPartCopy'
  | 'ObjectCreated:CompleteMultipartUpload'
  | 'ObjectCreated:AppendObject'
  | 'ObjectCreated:PutSymlink'
  | 'ObjectRemoved:DeleteObject'
  | 'ObjectRemoved:DeleteObjects'
  | 'ObjectRemoved:AbortMultipartUpload'

export interface Happening {
  name: EventName
  object: Pick<StoredObject, 'key' | 'size' | 'etag'>
  /** Bytes the bucket grew by. */
  deltaSize: number
  region: string
  /** Milliseconds since the epoch. */
  time: number
}

/** The event a call leads to. */
export function objectEvent({ bucket, requestId, identity, request }: BucketCall, happening: Happening): ObjectEvent {
  const { name, object, deltaSize, region, time } = happening
  const { ownerId } = bucket.settings
  const arn = `acs:oss:${region}:${ownerId}:${bucket.name}`
  return {
    eventName: name,
    eventSource: 'acs:oss',
    eventTime: new Date(time).toISOString(),
    eventVersion: '1.0',
    oss: {
      bucket: { arn, name: bucket.name, ownerIdentity: ownerId, virtualBucket: '' },
      object: { deltaSize, eTag: object.etag, key: object.key, size: object.size },
      ossSchemaVersion: '1.0',
      ruleId: '',
    },
    region,
    requestParameters: { sourceIPAddress: request.socket.remoteAddress ?? '' },
    responseElements: { requestId },
    userIdentity: { principalId: identity.key?.session?.role ?? identity.key?.ownerId ?? 'anonymous' },
  }
}
