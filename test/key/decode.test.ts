import { checkKey, decodeKey, keyBytes } from '../../src/key/decode.ts'
import { codeOf, faultOf } from './settings.ts'

describe('decoding a path', () => {
  it.each([
    ['a.jpg', 'a.jpg'],
    ['dir/a.jpg', 'dir/a.jpg'],
    ['%E5%9B%BE.jpg', '图.jpg'],
    ['a%20b.jpg', 'a b.jpg'],
    ['a+b.jpg', 'a+b.jpg'],
    ['a%2Bb.jpg', 'a+b.jpg'],
    ['a%252Bb.jpg', 'a%2Bb.jpg'],
    ['100%25.jpg', '100%.jpg'],
    ['a%23b.jpg', 'a#b.jpg'],
    ['a%3Fb.jpg', 'a?b.jpg'],
    ['a%2Fb.jpg', 'a/b.jpg'],
    ["!'()*&=,;:@$~", "!'()*&=,;:@$~"],
    ['a//b.jpg', 'a//b.jpg'],
    ['dir/', 'dir/'],
    ['trip%5Cphoto.jpg', 'trip\\photo.jpg'],
    ['...', '...'],
    ['a/..b/.c', 'a/..b/.c'],
    ['%F0%9F%98%80.png', '😀.png'],
    ['a.jpg__op__resize,w_200', 'a.jpg__op__resize,w_200'],
  ])('%s is %s', (path, key) => {
    expect(decodeKey(path)).toBe(key)
  })

  it.each([
    ['nothing', ''],
    ['a lone percent sign', 'a%.jpg'],
    ['half an escape', 'a%2'],
    ['letters that are no digits', 'a%GG'],
    ['a byte that is not UTF-8', '%FF.jpg'],
    ['a continuation without its start', '%80'],
    ['a start without its continuation', '%E5%9B'],
    ['an overlong slash', '%C0%AF'],
    ['an overlong NUL', '%C0%80'],
    ['an overlong dot in three bytes', '%E0%80%AE'],
    ['half a surrogate pair', '%ED%A0%80'],
    ['a code point beyond Unicode', '%F4%90%80%80'],
    ['NUL', 'a%00.jpg'],
    ['a line break', 'a%0A.jpg'],
    ['DEL', 'a%7F'],
    ['a C1 control', 'a%C2%85'],
    ['a blank that is not escaped', 'a b.jpg'],
    ['raw characters beyond ASCII', '图.jpg'],
    ['raw bytes as a server hands them on', 'å\u009b¾.jpg'],
    ['a query', 'a.jpg?x=1'],
    ['a leading slash', '/a.jpg'],
    ['an escaped leading slash', '%2Fa.jpg'],
    ['a leading backslash', '%5Ca.jpg'],
    ['one dot', '.'],
    ['two dots', '..'],
    ['dots in the middle', 'a/../b'],
    ['dots at the end', 'a/..'],
    ['one dot in the middle', 'a/./b'],
    ['escaped dots', '%2E%2E/a'],
    ['half escaped dots', 'a/.%2e/b'],
    ['dots behind an escaped slash', 'a%2F..%2Fb'],
    ['dots between backslashes', 'a%5C..%5Cb'],
  ])('refuses %s', (_what, path) => {
    const fault = faultOf(() => decodeKey(path))
    expect(fault.code).toBe('bad_key')
    expect(fault.message).toMatch(/^Expected .+, got /)
  })

  it('counts bytes of UTF-8, not characters, up to 1,023', () => {
    expect(keyBytes(decodeKey('a'.repeat(1023)))).toBe(1023)
    expect(codeOf(() => decodeKey('a'.repeat(1024)))).toBe('bad_key')
    expect(keyBytes(decodeKey('%E5%9B%BE'.repeat(341)))).toBe(1023)
    expect(codeOf(() => decodeKey('%E5%9B%BE'.repeat(341) + 'a'))).toBe('bad_key')
  })

  it('repeats what was given in a form that is harmless in a log', () => {
    expect(faultOf(() => checkKey('a\n\u001b[31m')).message).toContain('"a\\n\\u001b[31m"')
    expect(faultOf(() => checkKey('a\u0085b')).message).toContain('"a\\u0085b"')
    expect(faultOf(() => checkKey('\0'.repeat(1000))).message.length).toBeLessThan(500)
  })

  it('refuses a name with half a surrogate pair', () => {
    expect(codeOf(() => checkKey('a\ud800.jpg'))).toBe('bad_key')
  })
})
