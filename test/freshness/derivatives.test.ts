import { array, assert, asyncProperty, constantFrom } from 'fast-check'

import { derivativesBelow, derivativesOf, sourceOf } from '../../src/freshness/derivatives.ts'
import { keysAhead } from '../../src/freshness/keys-ahead.ts'
import { isMarkOfStyle, marksIn, purgeMarked } from '../../src/freshness/marks.ts'
import { parseKey } from '../../src/key/parse.ts'
import { signKey } from '../../src/key/signature.ts'
import type { KeySettings } from '../../src/key/settings.ts'
import { testConfig } from '../support/settings.ts'
import { shelf } from './shelf.ts'

const settings = testConfig({
  DIALECTS: 'suffix,style,size-prefix',
  STYLES: `thumb=image/resize,w_100;logo=image/watermark,image_${Buffer.from('marks/logo.png').toString('base64url')}`,
  ALLOW: 'sizes=200,300x200,x80;styles=thumb,logo',
}).keySettings

async function found(
  source: string,
  stored: string[],
  originals: string[] = [source],
  used = settings,
): Promise<string[]> {
  const { derivatives, originalsBucket } = shelf(stored, originals)
  const keys: string[] = []
  for await (const { key } of derivativesOf(source, derivatives, originalsBucket, used, Infinity)) keys.push(key)
  return keys.sort()
}

it('finds every spelling, and nothing of others', async () => {
  const ours = [
    'dir/photo.jpg',
    'dir/photo.jpg!thumb',
    'dir/photo.jpg@!thumb',
    'dir/photo.jpg__op__',
    'dir/photo.jpg__op__resize,w_200',
    'dir/photo.jpg__op__resize,w_200__op__format,f_webp',
    '300*200/dir/photo.jpg',
    'dir/300x200/photo.jpg',
    'dir/300x200_max/photo.jpg',
    'dir/300x200_min/photo.jpg',
    'dir/200xAUTO/photo.jpg',
    'dir/AUTOx80/photo.jpg',
  ]
  const others = [
    'dir/photo.jpg2',
    'dir/photo.jpg2!thumb',
    'dir/photo.jpg-old__op__resize,w_200',
    'dir/photo.jpg.txt',
    'dir/300x200/photo.jpg2',
    '300*200/photo.jpg',
    'photo.jpg',
    'dir/photo.jpg!named',
    'dir/photo.jpg!named!thumb',
    'dir/photo.jpg__op__part.jpg',
    'dir/photo.jpg__op__part.jpg__op__resize,w_200',
  ]
  const existing = ['dir/photo.jpg', 'dir/photo.jpg!named', 'dir/photo.jpg__op__part.jpg']
  expect(await found('dir/photo.jpg', [...ours, ...others], existing)).toEqual(ours.sort())
})

it('an original whose name looks like an operation has its versions behind the escape', async () => {
  const stored = [
    'a.jpg!thumb',
    'a.jpg!thumb__op__',
    'a.jpg!thumb!thumb',
    'a.jpg!thumb__op__resize,w_200',
    '100*80/x.jpg__op__',
  ]
  expect(await found('a.jpg!thumb', stored)).toEqual([
    'a.jpg!thumb!thumb',
    'a.jpg!thumb__op__',
    'a.jpg!thumb__op__resize,w_200',
  ])
  expect(await found('a.jpg', stored, ['a.jpg', 'a.jpg!thumb'])).toEqual(['a.jpg!thumb'])
})

it('what was stored under a style or a dialect that is configured no longer is found, unless an original has that name', async () => {
  const stored = ['a.jpg', 'a.jpg!gone', 'a.jpg__op__resize,w_200', 'a.jpg!kept']
  const without: KeySettings = { ...settings, dialects: ['style'] }
  expect(await found('a.jpg', stored, ['a.jpg', 'a.jpg!kept'], without)).toEqual([
    'a.jpg',
    'a.jpg!gone',
    'a.jpg__op__resize,w_200',
  ])
})

it('signed keys are found, of any key that ever signed', async () => {
  const hmac = testConfig({ SIGNING_KEY: 'a-signing-key-of-the-tests' }).keySettings.signing?.hmac
  if (hmac === undefined) throw new Error('Expected signing to be on')
  const signing = { keys: ['an-older-signing-key-of-tests'], hmac }
  const signed = ['a.jpg!thumb', 'a.jpg__op__resize,w_200', '300*200/a.jpg', '300x200/a.jpg'].map((key) =>
    signKey(key, { ...settings, signing }),
  )
  expect(signed.every((key) => key.includes('__op__sig,'))).toBe(true)
  const rotated = { ...settings, signing: { ...signing, keys: ['the-newest-signing-key-of-tests'] } }
  expect(await found('a.jpg', ['a.jpg', ...signed], ['a.jpg'], rotated)).toEqual(['a.jpg', ...signed].sort())
})

it('whatever a key is read as, it is found as a version of that original', async () => {
  const piece = constantFrom(
    'a',
    '!',
    '@',
    '__op__',
    'thumb',
    'resize,w_200',
    '/',
    '300*200/',
    '300x200/',
    '_',
    '.jpg',
    'AUTOx80/',
  )
  const name = array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))
  await assert(
    asyncProperty(name, async (key) => {
      let source: string
      try {
        source = parseKey(key, settings).sourceKey
      } catch {
        return
      }
      expect(sourceOf(key, settings)).toBe(source)
      expect(await found(source, [key, 'other.jpg'])).toEqual([key])
    }),
    { numRuns: 2000, seed: 7 },
  )
})

it('below a prefix: all names that begin so, sizes in front included', async () => {
  const { derivatives } = shelf(
    [
      't/a.jpg',
      't/a.jpg!thumb',
      '300*200/t/b.jpg',
      't/300x200/c.jpg',
      't2/a.jpg',
      't/x/200xAUTO/d.jpg',
      '300*200/t2/a.jpg',
    ],
    [],
  )
  const keys: string[] = []
  for await (const { key } of derivativesBelow('t/', derivatives, settings, Infinity)) keys.push(key)
  expect(keys.sort()).toEqual(['300*200/t/b.jpg', 't/300x200/c.jpg', 't/a.jpg', 't/a.jpg!thumb', 't/x/200xAUTO/d.jpg'])
})

it('keys made ahead are the ones readers ask for', () => {
  expect(keysAhead('a.jpg', ['thumb'], settings)).toEqual(['a.jpg', 'a.jpg!thumb'])
  expect(keysAhead('a.jpg!thumb', ['thumb'], settings)).toEqual(['a.jpg!thumb__op__', 'a.jpg!thumb!thumb'])
  expect(keysAhead('a@', ['thumb'], settings)).toEqual(['a@', 'a@@!thumb'])
  expect(keysAhead('x'.repeat(1021), ['thumb'], settings)).toEqual(['x'.repeat(1021)])
})

it('a watermark that is replaced takes along what shows it, and only what is older than the change', async () => {
  expect(isMarkOfStyle('marks/logo.png', settings)).toBe(true)
  expect(isMarkOfStyle('marks/other.png', settings)).toBe(false)
  expect(marksIn('a.jpg!logo', settings)).toEqual(['marks/logo.png'])
  const { derivatives, originalsBucket, left, touch } = shelf(
    ['a.jpg', 'a.jpg!logo', 'b.jpg!logo', 'b.jpg!thumb'],
    ['marks/logo.png'],
  )
  touch('b.jpg!logo', 60_000)
  const purge = () =>
    purgeMarked('marks/logo.png', { derivatives, originals: originalsBucket }, settings, 15_000, Infinity, Date.now)
  expect(await purge()).toEqual({ removed: 1, finished: true })
  expect(left()).toEqual(['a.jpg', 'b.jpg!logo', 'b.jpg!thumb'])
  expect((await purge()).removed).toBe(0)
})
