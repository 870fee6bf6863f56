import { edgeKey } from '../../src/key/edge-key.ts'
import { parseKey } from '../../src/key/parse.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { signKey } from '../../src/key/signature.ts'
import { codeOf, faultOf, hmac, OPEN } from './settings.ts'

const NEW = 'a-new-key-of-enough-characters'
const OLD = 'an-old-key-of-enough-characters'
const SIGNED = { ...OPEN, signing: { keys: [NEW, OLD], hmac } } satisfies KeySettings
const ONLY_OLD = { ...OPEN, signing: { keys: [OLD], hmac } }
const ONLY_NEW = { ...OPEN, signing: { keys: [NEW], hmac } }

describe('signed keys', () => {
  it.each([
    ['a.jpg__op__resize,w_200', 'a.jpg__op__resize,w_200'],
    ['a.jpg__op__resize,m_lfit,w_200,limit_1', 'a.jpg__op__resize,w_200'],
    ['a__op__b__op____op__resize,w_200', 'a__op__b__op____op__resize,w_200'],
    ['图 +.jpg!small', '图 +.jpg!small'],
    ['a@@!small', 'a@@!small'],
    ['d/9x9/a.jpg', 'd/9x9/a.jpg'],
    ['100*100/a.jpg', '100*100/a.jpg'],
  ])('%s is signed as %s and means the same', (key, spelled) => {
    const signed = signKey(key, SIGNED)
    expect(signed).toMatch(/__op__sig,[\w-]{22}$/)
    expect(signed.slice(0, -'__op__sig,'.length - 22)).toBe(spelled)
    const parsed = parseKey(signed, SIGNED)
    expect(parsed).toMatchObject({ requestedKey: signed })
    expect(parsed.operations).toEqual(parseKey(key, OPEN).operations)
    expect(parsed.canonicalKey).toBe(parseKey(key, OPEN).canonicalKey)
  })

  it('is a truncated HMAC-SHA-256 over the canonical key', () => {
    const expected = Buffer.from(hmac(NEW, 'oss-image-origin key 1\na.jpg__op__resize,w_200')).subarray(0, 16)
    expect(signKey('a.jpg__op__resize,w_200', SIGNED)).toBe(
      `a.jpg__op__resize,w_200__op__sig,${expected.toString('base64url')}`,
    )
  })

  it('plain keys need none, and must carry none', () => {
    expect(parseKey('a.jpg', SIGNED).sourceKey).toBe('a.jpg')
    expect(parseKey('a.jpg__op__info__op__', SIGNED).sourceKey).toBe('a.jpg__op__info')
    expect(codeOf(() => signKey('a.jpg', SIGNED))).toBe('bad_signature')
    expect(codeOf(() => parseKey(`a.jpg__op__sig,${'x'.repeat(22)}`, SIGNED))).toBe('bad_signature')
  })

  it('a key with operations is refused without a signature, in every dialect', () => {
    for (const key of ['a.jpg__op__resize,w_200', 'a.jpg!small', 'd/9x9/a.jpg', '100*100/a.jpg']) {
      const fault = faultOf(() => parseKey(key, SIGNED))
      expect(fault.code).toBe('bad_signature')
      expect(fault.message).toMatch(/^Expected a signed key .+, got /)
    }
  })

  it('is refused when any part is changed', () => {
    const signed = signKey('dir/a.jpg__op__resize,w_200', SIGNED)
    const signature = signed.slice(-22)
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    for (const key of [
      signed.replace('w_200', 'w_201'),
      signed.replace('dir/', 'dirs/'),
      signed.replace('__op__sig', '__op__rotate,90__op__sig'),
      signed.replace(signature, flipped),
      `dir/a.jpg!small__op__sig,${signature}`,
      signed.replace('a.jpg', 'b.jpg'),
    ]) {
      expect(codeOf(() => parseKey(key, SIGNED))).toBe('bad_signature')
    }
  })

  it('a signature of the wrong length is a step that nobody knows', () => {
    const signed = signKey('a.jpg__op__resize,w_200', SIGNED)
    for (const key of [signed.slice(0, -1), `${signed}A`]) {
      expect(codeOf(() => parseKey(key, SIGNED))).toBe('bad_operation')
    }
  })

  it('one signature is good for one spelling of a chain', () => {
    const signed = signKey('a.jpg__op__resize,w_200', SIGNED)
    const fault = faultOf(() => parseKey(signed.replace('w_200', 'w_200,m_lfit'), SIGNED))
    expect(fault.code).toBe('bad_signature')
    expect(fault.message).toContain('Expected the canonical spelling "a.jpg__op__resize,w_200"')
  })

  it('keys rotate: the newest signs, the old ones still verify until they are removed', () => {
    const old = signKey('a.jpg!small', ONLY_OLD)
    expect(parseKey(old, SIGNED).style).toBe('small')
    expect(codeOf(() => parseKey(old, ONLY_NEW))).toBe('bad_signature')
    expect(parseKey(signKey('a.jpg!small', SIGNED), ONLY_NEW).style).toBe('small')
  })

  it('the signature of a style outlives a change of what the style does', () => {
    const signed = signKey('a.jpg!small', SIGNED)
    const changed = { ...SIGNED, styles: { small: 'image/resize,w_64' } }
    expect(parseKey(signed, changed).operations).toMatchObject([{ w: 64 }])
  })

  it('of a chain is not that of the style that means the same', () => {
    const chain = signKey('a.jpg__op__resize,w_100', SIGNED)
    expect(parseKey(chain, SIGNED).operations).toMatchObject([{ w: 100 }])
    expect(codeOf(() => parseKey(chain.replace('__op__resize,w_100', '!small'), SIGNED))).toBe('bad_signature')
  })

  it('still holds for what the edge makes of the key, and for nothing else', () => {
    for (const key of [
      'a.jpg__op__resize,w_9__op__format,f_auto',
      'a.jpg!hero',
      'a.jpg__op__format,f_auto__op__rotate,90',
    ]) {
      const signed = signKey(key, SIGNED)
      for (const format of ['avif', 'webp', 'source'] as const) {
        const forwarded = edgeKey(signed, '', format, SIGNED).key
        expect(forwarded).toMatch(/__op__sig,/)
        expect(parseKey(forwarded, SIGNED).operations).not.toHaveLength(0)
        expect(codeOf(() => parseKey(forwarded.replace('__op__sig', '__op__blur,r_1,s_1__op__sig'), SIGNED))).toBe(
          'bad_signature',
        )
      }
    }
    const settled = edgeKey(signKey('a.jpg__op__format,f_auto', SIGNED), '', 'source', SIGNED)
    expect(settled.key).toBe('a.jpg')
    const jpg = signKey('a.jpg__op__resize,w_9__op__format,f_jpg', SIGNED)
    expect(codeOf(() => parseKey(jpg.replace('f_jpg', 'f_webp'), SIGNED))).toBe('bad_signature')
  })

  it('a signature is refused where nothing is signed: it would be one more spelling', () => {
    expect(codeOf(() => parseKey(signKey('a.jpg!small', SIGNED), OPEN))).toBe('bad_signature')
  })

  it('does not replace the list of what is allowed', () => {
    const both = { ...SIGNED, allow: { styles: 'all', sizes: [], formats: [], qualities: [] } } as const
    expect(codeOf(() => parseKey(signKey('a.jpg__op__resize,w_200', both), both))).toBe('not_allowed')
  })
})
