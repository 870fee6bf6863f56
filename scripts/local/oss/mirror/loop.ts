import type { OriginUrl } from './origin-url.ts'

/** The header by which a mirror request to another bucket of this stand-in says where it came from (RFC 9110, 7.6.3). */
export const viaHeader = 'Via'

/** The mark of a bucket in `Via`. */
export function viaMark(bucket: string): string {
  return `1.1 oss-mirror-${bucket}`
}

/** Whether the request already came through the bucket's mirror. */
export function cameThrough(via: string | undefined, bucket: string): boolean {
  return (via ?? '').split(',').some((hop) => hop.trim() === viaMark(bucket))
}

/**
 * The bucket of this stand-in that a URL addresses: in its path on loopback, or in front of `.localhost` and `.aliyuncs.com`.
 * @param ownPort the port this stand-in listens on
 */
export function ownBucket(url: OriginUrl, ownPort: number | undefined): string | undefined {
  if (url.port !== ownPort) return undefined
  if (/^(?:localhost|127(?:\.\d+){3}|::1)$/.test(url.hostname)) return /^\/([^/?]+)/.exec(url.path)?.[1]
  return /^([^.]+)\.(?:localhost|[^.]+\.aliyuncs\.com)$/.exec(url.hostname)?.[1]
}
