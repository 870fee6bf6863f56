// What readers ask for during a load: drawn ahead, the same for the same seed.
import sharp from 'sharp'

import { bases, mutate } from './inputs.ts'
import { OPERATIONS } from './judge.ts'
import { seededRandom } from './random.ts'

/** One arrival: how many readers ask for the key at once, and whether through the bucket or straight as the mirror does. */
export interface Arrival {
  kind: 'hit' | 'miss' | 'hostile' | 'nothing'
  key: string
  /** What it is made of; undefined where there is no such original. */
  source: string | undefined
  operation: string | undefined
  readers: number
  straight: boolean
}

export interface LoadPlan {
  /** Source key → file, of all that is asked for. */
  originals: Map<string, Buffer>
  /** Keys to be read once before anything is measured. */
  hits: string[]
  /** Keys nobody else asks for, for whoever measures one request at a time. */
  lone: string[]
  /** Keys nobody else asks for, to find out what the function can do. */
  trial: string[]
  arrivals: Arrival[]
}

const HITS = 20
const HERD = 4

/** Of all arrivals. The rest asks for what is not there. */
const SHARES = { hit: 0.5, miss: 0.33, herd: 0.07, hostile: 0.07 }

/** Arrivals for one missing key. */
export const ARRIVALS_PER_MISS = 1 / (SHARES.miss + SHARES.herd)

export interface LoadWanted {
  seed: number
  /** Of readers, together. */
  requests: number
  /** How many missing keys to measure with, all at once and one by one. */
  trials: number
  lone: number
  /** Of what is asked for one by one: as the mirror asks, so that the function's own answer is seen. */
  straightShare: number
}

/** What originals are made of. */
export interface LoadMaterial {
  pictures: readonly Buffer[]
  files: Map<string, Buffer>
}

export function planLoad(wanted: LoadWanted, { pictures, files }: LoadMaterial): LoadPlan {
  const { requests, straightShare } = wanted
  const random = seededRandom(wanted.seed)
  const originals = new Map<string, Buffer>()
  const fresh = (folder: string) => {
    const source = `${folder}/${originals.size}.jpg`
    originals.set(source, random.pick(pictures))
    return source
  }
  // All of one picture: what is compared is time.
  const lone = Array.from({ length: wanted.lone }, (_, at) => `lone/${at}.jpg`)
  for (const key of lone) originals.set(key, pictures[0] ?? Buffer.alloc(0))
  const hits = Array.from({ length: HITS }, () => fresh('hit'))
  const trial = Array.from({ length: wanted.trials }, () => fresh('trial'))
  const arrivals: Arrival[] = []
  const plain = { operation: undefined, readers: 1, straight: false }
  for (let asked = 0; asked < requests; asked += arrivals.at(-1)?.readers ?? 1) {
    const kind = random.next()
    const straight = random.next() < straightShare
    if (kind < SHARES.hit) {
      const key = random.pick(hits)
      arrivals.push({ ...plain, kind: 'hit', key, source: key })
    } else if (kind < SHARES.hit + SHARES.miss) {
      const key = fresh('miss')
      arrivals.push({ ...plain, kind: 'miss', key, source: key, straight })
    } else if (kind < SHARES.hit + SHARES.miss + SHARES.herd) {
      const key = fresh('herd')
      arrivals.push({ ...plain, kind: 'miss', key, source: key, readers: HERD })
    } else if (kind < SHARES.hit + SHARES.miss + SHARES.herd + SHARES.hostile) {
      const { name, bytes } = mutate(files, random)
      const source = `hostile/${arrivals.length}/${name}`
      originals.set(source, bytes)
      const operation = random.next() < 0.3 ? random.pick(Object.keys(OPERATIONS)) : undefined
      const key = operation === undefined ? source : `${source}__op__${operation}`
      arrivals.push({ ...plain, kind: 'hostile', key, source, operation, straight })
    } else {
      arrivals.push({ ...plain, kind: 'nothing', key: `nothing/${arrivals.length}.jpg`, source: undefined })
    }
  }
  return { originals, hits, lone, trial, arrivals }
}

export async function loadMaterial(): Promise<LoadMaterial> {
  return { pictures: await Promise.all([0, 1, 2, 3, 4, 5].map(photo)), files: await bases() }
}

/** As large as a phone's picture scaled down, and about as hard to compress: blobs of colour under grain. */
async function photo(seed: number): Promise<Buffer> {
  const random = seededRandom(seed)
  const blobs = Buffer.from(Array.from({ length: 24 * 18 * 3 }, () => random.below(256)))
  const size = { width: 960, height: 720, channels: 3 } as const
  const noise = { type: 'gaussian', mean: 128, sigma: 14 } as const
  const grain = await sharp({ create: { ...size, background: '#808080', noise } })
    .png({ compressionLevel: 0 })
    .toBuffer()
  return sharp(blobs, { raw: { width: 24, height: 18, channels: 3 } })
    .resize(size.width, size.height, { kernel: 'cubic', fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
    .removeAlpha()
    .jpeg({ quality: 93 })
    .toBuffer()
}
