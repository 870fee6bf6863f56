import type { RuleRedirect } from '../website/types.ts'
import type { MirrorSwitches } from './switches.ts'

/** What the origin sees of OSS; the real one may say more around it. */
const userAgent = 'aliyun-oss-mirror'

/** Documented as never passed on. */
const neverPassed = new Set(['content-length', 'authorization', 'authorization2', 'range', 'date'])
const neverPassedPrefixes = ['oss-', 'x-oss-', 'x-drs-']

/** Of one connection only (RFC 9110 section 7.6.1), and `expect`, which asks the next server to wait. */
const connectionOnly = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Headers of the request to the origin as flat name, value pairs, in the reader's order and letter case.
 * `Set` is sent whatever the reader sent; the reader's Host goes along when the rule passes it, as documented in the FAQ.
 * https://www.alibabacloud.com/help/en/oss/user-guide/mirroring-based-back-to-origin
 * @param rawHeaders the reader's headers as node:http gives them
 * @param host of the origin
 */
export function originHeaders(
  redirect: RuleRedirect,
  rawHeaders: readonly string[],
  host: string,
  setAuthorization: MirrorSwitches['setAuthorization'],
): string[] {
  const { passAll, pass, remove, set } = redirect.mirrorHeaders
  const passed = new Set(pass.map((name) => name.toLowerCase()))
  const removed = new Set(remove.map((name) => name.toLowerCase()))
  const fixed = set.filter(
    ({ key }) => sendable(key) || (setAuthorization === 'send' && key.toLowerCase() === 'authorization'),
  )
  const overridden = new Set(fixed.map(({ key }) => key.toLowerCase()))

  const sent: string[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    const lower = name.toLowerCase()
    const wanted = (passAll || passed.has(lower)) && !removed.has(lower) && !overridden.has(lower)
    const value = rawHeaders[index + 1] ?? ''
    if (wanted && sendable(name)) sent.push(name, lower === 'user-agent' ? `${value} ${userAgent}` : value)
  }
  // node:http writes latin1; this way the bytes on the wire are those of the XML.
  for (const { key, value } of fixed) sent.push(key, Buffer.from(value).toString('latin1'))

  const has = (name: string) => sent.some((entry, index) => index % 2 === 0 && entry.toLowerCase() === name)
  const own: string[] = []
  if (!has('host')) own.push('Host', host)
  if (!has('user-agent')) own.push('User-Agent', userAgent)
  return [...own, ...sent, 'Connection', 'close']
}

function sendable(name: string): boolean {
  const lower = name.toLowerCase()
  return (
    !neverPassed.has(lower) &&
    !connectionOnly.has(lower) &&
    !neverPassedPrefixes.some((prefix) => lower.startsWith(prefix))
  )
}
