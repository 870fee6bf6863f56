import { STATUS_OF, type ErrorCode } from '../../src/errors.ts'
import type { SettledFormat } from '../../src/key/auto.ts'
import { edgeKey } from '../../src/key/edge-key.ts'
import { explain, type Explanation } from '../../src/key/explain.ts'
import { KeyFault } from '../../src/key/fault.ts'
import { keyFromQuery } from '../../src/key/query/key-from-query.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { signKey } from '../../src/key/signature.ts'
import { takeApart } from './asked.ts'
import type { ExplainSettings } from './settings.ts'

export interface Place {
  bucket: string
  key: string
}

/** Everything that is known about what was asked for. Plain data: `--json` prints it. */
export interface Report {
  asked: string
  /** The key in the compressed bucket; missing where none could be made of what was asked. */
  requestedKey?: string
  /** Whether a query was turned into the key, which takes the edge. */
  fromQuery: boolean
  /** Made with `--sign`; then it is also the requested key. */
  signedKey?: string
  reading?: Explanation['reading']
  /** What is read to make it: the original first, then the pictures of watermarks. */
  reads: Place[]
  stored?: Place
  /** What the edge asks the bucket for, where that is another key than the requested one: one key, or one per format. */
  edge?: { negotiated: false; key: string } | { negotiated: true; keys: Record<SettledFormat, string> }
  refusal?: { status: number; code: ErrorCode; message: string; words?: { en: string; zh: string } }
}

/** @throws RangeError where it is to be signed and there is no signing key. */
export function reportOn(asked: string, sign: boolean, settings: ExplainSettings): Report {
  const { keySettings, originals, compressed } = settings
  let requestedKey = asked
  let fromQuery = false
  let signedKey: string | undefined
  try {
    const { key, query } = takeApart(asked, compressed)
    requestedKey = keyFromQuery(key, query, keySettings)
    fromQuery = requestedKey !== key
    if (sign) requestedKey = signedKey = signKey(requestedKey, withSigning(keySettings))
  } catch (fault) {
    if (!(fault instanceof KeyFault)) throw fault
    const { code, message } = fault
    return { asked, fromQuery: false, reads: [], refusal: { status: STATUS_OF[code], code, message } }
  }
  const { reading, refusal } = explain(requestedKey, keySettings)
  const sources = reading === undefined ? [] : [reading.sourceKey, ...reading.alsoReads]
  const outside = sources.find((key) => isOutside(key, settings))
  const edge = edgeOf(requestedKey, keySettings)
  return {
    asked,
    requestedKey,
    fromQuery,
    ...(signedKey === undefined ? {} : { signedKey }),
    ...(reading === undefined ? {} : { reading, stored: { bucket: compressed, key: requestedKey } }),
    reads: sources.map((key) => ({ bucket: originals, key })),
    ...(edge === undefined ? {} : { edge }),
    ...(refusal !== undefined
      ? { refusal: { status: STATUS_OF[refusal.code], ...refusal } }
      : outside === undefined
        ? {}
        : { refusal: outsideRefusal(outside, settings) }),
  }
}

function withSigning(settings: KeySettings): KeySettings & { readonly signing: NonNullable<KeySettings['signing']> } {
  const { signing } = settings
  if (signing === undefined) throw new RangeError('Expected SIGNING_KEY to be set, got nothing to sign with')
  return { ...settings, signing }
}

function isOutside(key: string, { sourcePrefixes }: ExplainSettings): boolean {
  return sourcePrefixes.length > 0 && !sourcePrefixes.some((prefix) => key.startsWith(prefix))
}

function outsideRefusal(key: string, { sourcePrefixes }: ExplainSettings): NonNullable<Report['refusal']> {
  return {
    status: STATUS_OF.not_found,
    code: 'not_found',
    message: `Expected an original whose key begins with ${sourcePrefixes.join(' or ')}, got ${JSON.stringify(key)}`,
    words: { en: 'outside SOURCE_PREFIXES', zh: '不在 SOURCE_PREFIXES 范围内' },
  }
}

function edgeOf(requestedKey: string, settings: KeySettings): Report['edge'] {
  try {
    const forReader = (format: SettledFormat) => edgeKey(requestedKey, '', format, settings)
    const { key, negotiated } = forReader('source')
    if (!negotiated) return key === requestedKey ? undefined : { negotiated, key }
    return { negotiated, keys: { avif: forReader('avif').key, webp: forReader('webp').key, source: key } }
  } catch (fault) {
    if (fault instanceof KeyFault) return undefined
    throw fault
  }
}
