// Notifications of changes, in the shape OSS hands to Function Compute.
// Shape: the OSS event template of the deploy tool `devsapp/fc3`; names without the `oss:` that trigger settings carry.

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
