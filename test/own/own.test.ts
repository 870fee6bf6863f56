import { readFileSync } from 'node:fs'

import sharp from 'sharp'

import { render } from '../../src/image/render.ts'
import { parseKey } from '../../src/key/parse.ts'
import { ownGrammar } from '../../src/own/grammar.ts'
import { installOwn } from '../../src/own/install.ts'
import { negative } from './negative.ts'

const grammar = ownGrammar([negative])
const settings = {
  dialects: ['suffix' as const],
  styles: {},
  allow: 'open' as const,
  ...(grammar === undefined ? {} : { grammar }),
}

it('an operation of one’s own is read, checked, printed canonically and carried out', async () => {
  installOwn([negative])
  const { operations, canonicalKey } = parseKey('a.png__op__negative,strength_100__op__resize,w_4', settings)
  expect(canonicalKey).toBe('a.png__op__negative__op__resize,w_4')
  expect(() => parseKey('a.png__op__negative,strength_101', settings)).toThrow(
    /negative strength to be an integer from 1 to 100/,
  )

  const source = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#ff2000' } })
    .png()
    .toBuffer()
  const { bytes, width } = await render(source, operations, {
    quality: 'balanced',
    limits: { maxSourcePixels: 1000, maxOutputPixels: 1000 },
    msLeft: 5000,
    fetchMark: () => Promise.reject(new Error('no marks here')),
  })
  expect(width).toBe(4)
  expect([...(await sharp(bytes).removeAlpha().raw().toBuffer()).subarray(0, 3)]).toEqual([0x00, 0xdf, 0xff])
})

it('a name that is taken stops the start', () => {
  expect(() => installOwn([negative])).toThrow(/not there yet, got negative/)
})

it('the worked example in the documents is the one that is tested', () => {
  const code = readFileSync('test/own/negative.ts', 'utf8').split('\n').slice(1).join('\n').trim()
  const document = readFileSync('docs/adding-an-operation.md', 'utf8')
  expect(document).toContain(code.replaceAll("'../../src/", "'../").replace("'../own/own.ts'", "'./own.ts'"))
})
