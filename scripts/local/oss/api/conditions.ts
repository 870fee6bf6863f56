// Conditional requests and ranges.

import { OssError } from '../error.ts'
import type { StoredObject } from '../store/types.ts'

export interface Conditions {
  ifMatch: string | undefined
  ifNoneMatch: string | undefined
  ifModifiedSince: string | undefined
  ifUnmodifiedSince: string | undefined
}

/** Conditions of a GET or HEAD, or (prefix `x-oss-copy-source-`) of a copy. */
export function readConditions(headers: Readonly<Record<string, string>>, prefix = ''): Conditions {
  return {
    ifMatch: headers[`${prefix}if-match`],
    ifNoneMatch: headers[`${prefix}if-none-match`],
    ifModifiedSince: headers[`${prefix}if-modified-since`],
    ifUnmodifiedSince: headers[`${prefix}if-unmodified-since`],
  }
}

/**
 * Checks conditions against an object. A date that is none is no condition.
 * @returns false where the answer is 304
 * @throws OssError 412 PreconditionFailed, naming the condition (a copy's without its prefix, as clients expect it)
 */
export function checkConditions(conditions: Conditions, object: StoredObject): boolean {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  if (ifMatch !== undefined && !namesTag(ifMatch, object.etag)) throw failed('If-Match')
  if (ifUnmodifiedSince !== undefined && Date.parse(ifUnmodifiedSince) < object.lastModified) {
    throw failed('If-Unmodified-Since')
  }
  if (ifNoneMatch !== undefined && namesTag(ifNoneMatch, object.etag)) return false
  return !(ifModifiedSince !== undefined && Date.parse(ifModifiedSince) >= object.lastModified)
}

function namesTag(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const tag = each.trim().replace(/^"|"$/g, '')
    return tag === '*' || tag === etag
  })
}

function failed(condition: string): OssError {
  return new OssError(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold.',
    { Condition: condition },
    '0021-00000001',
  )
}

/** Both ends included. */
export interface Range {
  start: number
  end: number
}

/**
 * The byte range a GET asks for; undefined for the whole object. Of several ranges the first counts. A range that is
 * malformed or reaches outside the object is ignored, unless the request has `x-oss-range-behavior: standard`.
 * Source: https://www.alibabacloud.com/help/en/oss/how-to-obtain-oss-resources-by-segmenting-http-range-requests
 * @throws OssError 416 InvalidRange in standard behaviour, for a range that starts behind the end
 */
export function readRange(header: string | undefined, size: number, standard = false): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)(?:,.*)?$/.exec(header ?? '')
  const [, from = '', to = ''] = match ?? []
  if (from === '' && to === '') return undefined
  const suffix = from === ''
  const start = suffix ? size - Number(to) : Number(from)
  const end = suffix || to === '' ? size - 1 : Number(to)
  if (start >= 0 && start <= end && end < size) return { start, end }
  if (!standard || (!suffix && to !== '' && Number(to) < start)) return undefined
  if (start >= size) {
    throw new OssError(416, 'InvalidRange', 'The requested range cannot be satisfied', {
      ActualObjectSize: String(size),
      RangeRequested: header ?? '',
    })
  }
  return { start: Math.max(start, 0), end: Math.min(end, size - 1) }
}
