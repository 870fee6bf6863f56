/** One element of `events` in the document an OSS trigger hands to a function. */
export interface OssEventRecord {
  /** e.g. `ObjectCreated:PutObject`: without the `oss:` that the trigger's configuration carries. */
  eventName: string
  eventSource: string
  /** ISO 8601 with milliseconds. */
  eventTime: string
  eventVersion: string
  oss: {
    bucket: { arn: string; name: string; ownerIdentity: string; virtualBucket: string }
    object: { deltaSize: number; eTag: string; key: string; size: number }
    ossSchemaVersion: string
    /** Name of the trigger; filled in at delivery. */
    ruleId: string
  }
  region: string
  requestParameters: { sourceIPAddress: string }
  responseElements: { requestId: string }
  userIdentity: { principalId: string }
}

/** A change of an object, as little as it takes to tell of it. */
export interface ObjectChange {
  /** e.g. `ObjectRemoved:DeleteObject`. */
  name: string
  bucket: string
  key: string
  etag: string
  /** Bytes of the object after the change. */
  size: number
  time: Date
}

/** The record of a change. Shape: the deploy tool's event template (`devsapp/fc3`). */
export function eventRecord(change: ObjectChange, region: string, accountId: string): OssEventRecord {
  return {
    eventName: change.name,
    eventSource: 'acs:oss',
    eventTime: change.time.toISOString(),
    eventVersion: '1.0',
    oss: {
      bucket: {
        arn: `acs:oss:${region}:${accountId}:${change.bucket}`,
        name: change.bucket,
        ownerIdentity: accountId,
        virtualBucket: '',
      },
      object: { deltaSize: change.size, eTag: change.etag, key: change.key, size: change.size },
      ossSchemaVersion: '1.0',
      ruleId: '',
    },
    region,
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { requestId: '' },
    userIdentity: { principalId: accountId },
  }
}

/** What a trigger watches. */
export interface TriggerFilter {
  bucket: string
  /** Types as configured: `oss:ObjectCreated:*`, `oss:ObjectRemoved:DeleteObject`, … */
  events: readonly string[]
  prefix?: string
  suffix?: string
}

/** Whether a trigger configured so wants to hear of this event. */
export function wants(filter: TriggerFilter, record: OssEventRecord): boolean {
  const { bucket, object } = record.oss
  const isWantedType = filter.events.some((wanted) => {
    const name = wanted.replace(/^oss:/, '')
    return name.endsWith(':*') ? record.eventName.startsWith(name.slice(0, -1)) : record.eventName === name
  })
  return (
    isWantedType &&
    bucket.name === filter.bucket &&
    object.key.startsWith(filter.prefix ?? '') &&
    object.key.endsWith(filter.suffix ?? '')
  )
}
