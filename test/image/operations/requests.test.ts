import sharp from 'sharp'
import { render } from '../../../src/image/render.ts'
import { edgeKey } from '../../../src/key/edge-key.ts'
import { parseKey } from '../../../src/key/parse.ts'
import { OPEN } from '../../key/settings.ts'
import { difference } from '../compare.ts'
import { byHand, MARK } from './by-hand.ts'
import { OPTIONS } from './chain.ts'
import { picture, type Wanted, waves } from './pictures.ts'
import { REQUESTED, type Requested } from './requests.ts'

const settings = {
  ...OPEN,
  styles: { small: 'image/resize,w_100', hero: 'image/resize,m_fill,w_300,h_200/format,webp' },
}

const SOURCES: Record<string, Wanted> = {
  L: { format: 'jpeg', width: 400, height: 300, quality: 95 },
  P: { format: 'png', width: 300, height: 400 },
  A: { format: 'png', width: 400, height: 300, alpha: true },
  W: { format: 'webp', width: 400, height: 300, quality: 95 },
  V: { format: 'avif', width: 400, height: 300, quality: 90 },
  T: { format: 'tiff', width: 400, height: 300 },
  G: { format: 'gif', width: 100, height: 80, pages: 3 },
}
for (let orientation = 1; orientation <= 8; orientation++)
  SOURCES[`E${orientation}`] = { format: 'jpeg', width: 424, height: 333, quality: 95, orientation }

const drawn = new Map<string, Promise<Buffer>>()

function sourceOf(name: string): Promise<Buffer> {
  const wanted = SOURCES[name]
  if (wanted === undefined) throw new Error(`Expected a source, got «${name}»`)
  const made = drawn.get(name) ?? picture(wanted, waves)
  drawn.set(name, made)
  return made
}

/** What the bucket is asked for: the edge takes a query off. */
function objectKey({ key }: Requested): string {
  const [path = '', query] = key.split('?')
  return query === undefined ? path : edgeKey(path, `?${query}`, 'source', settings).key
}

// Of 255, as a mean over all pixels: what encoders lose here is below it, two pixels off or another order is above.
const TOLERANCE = 3.5

it('the table has at least 200 requested keys, each once', () => {
  expect(new Set(REQUESTED.map(({ key }) => key)).size).toBeGreaterThanOrEqual(200)
  expect(REQUESTED.length).toBe(new Set(REQUESTED.map(({ key }) => key)).size)
})

describe('a requested key gives the picture that its steps give by hand', () => {
  it.each(REQUESTED)('$source $key', async (each) => {
    const source = await sourceOf(each.source)
    const { operations } = parseKey(objectKey(each), settings)
    const made = await render(source, operations, {
      ...OPTIONS,
      quality: 'high',
      fetchMark: () => MARK,
    })
    const found = await sharp(made.bytes).metadata()
    expect([found.width, found.height, found.format]).toEqual([each.width, each.height, each.format])
    expect(found.pages ?? 1).toBe(1)
    const { mean } = await difference(made.bytes, await byHand(source, each.steps))
    expect(mean).toBeLessThan(TOLERANCE)
  })
})
