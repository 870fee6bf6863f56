import { readKey } from '../../src/key/read.ts'
import { codeOf, OPEN } from './settings.ts'

describe('size prefixes', () => {
  it.each([
    ['100*100/a.jpg', 'a.jpg', 'resize,h_100,limit_0,m_fill,w_100'],
    ['100*80/dir/a.jpg', 'dir/a.jpg', 'resize,h_80,limit_0,m_fill,w_100'],
    ['800*800/a.jpg', 'a.jpg', 'resize,h_800,limit_0,m_fill,w_800'],
    ['100*100/5x5/a.jpg', '5x5/a.jpg', 'resize,h_100,limit_0,m_fill,w_100'],
    ['d/150x150/p.jpg', 'd/p.jpg', 'resize,h_150,m_fill,w_150'],
    ['d/e/150x100_max/p.jpg', 'd/e/p.jpg', 'resize,h_100,w_150'],
    ['d/150x100_min/p.jpg', 'd/p.jpg', 'resize,h_100,m_mfit,w_150'],
    ['150x150/p.jpg', 'p.jpg', 'resize,h_150,m_fill,w_150'],
    ['AUTOx150/p.jpg', 'p.jpg', 'resize,h_150'],
    ['150xAUTO/p.jpg', 'p.jpg', 'resize,w_150'],
    ['150xAUTO_min/p.jpg', 'p.jpg', 'resize,w_150'],
    ['d//150x150/p.jpg', 'd//p.jpg', 'resize,h_150,m_fill,w_150'],
  ])('%s asks of %s: %s', (key, sourceKey, step) => {
    const parsed = readKey(key, OPEN)
    expect(parsed).toMatchObject({ sourceKey, dialect: 'size-prefix', steps: [step] })
    expect(parsed.canonicalKey).toBe(`${sourceKey}__op__${step}`)
  })

  it.each([
    'abc10*10xyz/a.jpg',
    '0*100/a.jpg',
    '010*10/a.jpg',
    '10*10*5/a.jpg',
    '100000*1/a.jpg',
    'dir/10*10/a.jpg',
    '10*10',
    '10*10/',
    '100/p.jpg',
    'autox100/p.jpg',
    '0x100/p.jpg',
    '0150x150/p.jpg',
    '150abcx100/p.jpg',
    '150.9x100/p.jpg',
    '150x150x9/p.jpg',
    '100x100_mid/p.jpg',
    '150x150_max_zzz/p.jpg',
    'AUTOxAUTO/p.jpg',
    '150x150/d/p.jpg',
    'd/150x150/',
    'photo-320x213.jpg',
    '320x213.jpg',
  ])('%s is a plain key', (key) => {
    expect(readKey(key, OPEN)).toMatchObject({ sourceKey: key, dialect: 'plain', canonicalKey: key })
  })

  it('a size beyond what resize takes is refused', () => {
    expect(codeOf(() => readKey('20000*20000/a.jpg', OPEN))).toBe('bad_operation')
    expect(codeOf(() => readKey('d/16385x1/a.jpg', OPEN))).toBe('bad_operation')
  })

  it('an original that would begin with a slash is refused', () => {
    expect(codeOf(() => readKey('100*100//a.jpg', OPEN))).toBe('bad_key')
  })

  it('is a name like any other when the dialect is off', () => {
    const settings = { ...OPEN, dialects: ['suffix', 'style'] } as const
    expect(readKey('100*100/a.jpg', settings)).toMatchObject({ sourceKey: '100*100/a.jpg', dialect: 'plain' })
    expect(readKey('d/150x150/p.jpg', settings)).toMatchObject({ dialect: 'plain' })
  })
})
