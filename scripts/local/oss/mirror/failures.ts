// The errors of mirroring. Messages: https://www.alibabacloud.com/help/en/oss/user-guide/http-status-code-424
// EC numbers: https://help.aliyun.com/en/oss/user-guide/0041-00000101 and its neighbours.
import { OssError } from '../error.ts'

/** 424 MirrorFailed with a documented message. */
export function mirrorFailed(message: string, ec?: string): OssError {
  return new OssError(424, 'MirrorFailed', message, {}, ec)
}

/** No connection, no DNS answer, no TLS, no answer in time, too many redirects. */
export function unreachable(ec?: string): OssError {
  return mirrorFailed('Mirroring failed, please check your mirror configuration', ec)
}

/** The origin answered what is neither success nor 404 nor a redirect; 0 stands for a connection closed without answer. */
export function badStatus(status: number): OssError {
  return mirrorFailed(`Error status : ${status} from mirror host, should return 200 OK`, '0041-00000101')
}

/** The body broke off where its length was not known. */
export function unreadable(): OssError {
  return mirrorFailed('Read body from mirror host failed, please check your mirror host', '0041-00000104')
}

/** The body is shorter than its Content-Length. */
export function shortBody(): OssError {
  return mirrorFailed('Bytes read is not equal to expected', '0041-00000104')
}

/** An object of that name appeared while the origin was asked. */
export function alreadyExists(): OssError {
  return mirrorFailed('The object you specified already exists and can not be overwritten')
}

/** User metadata of more than 8 KB. */
export function metaTooLarge(): OssError {
  return mirrorFailed('Meta is too large')
}

/** The mirror leads back to a bucket it came through. */
export function loop(): OssError {
  return unreachable('0041-00000009')
}

/** The quota of mirror requests is used up; the documents name both statuses. */
export function overQuota(status: 503 | 424): OssError {
  return status === 424
    ? mirrorFailed('Mirror request is rejected by QoS')
    : new OssError(503, 'ServiceUnavailable', 'Mirror request is rejected by QoS, please try again later.')
}

/** The object is neither here nor at the origin. */
export function noSuchKey(key: string): OssError {
  return new OssError(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key }, '0026-00000001')
}

/** Rule-driven redirects on the default domain of buckets made after 2024-08-05. */
export function redirectForbidden(): OssError {
  return new OssError(
    400,
    'ExternalRedirectForbidden',
    'External redirects are forbidden on the default domain.',
    {},
    '0048-00000300',
  )
}
