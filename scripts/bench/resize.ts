// `npm run bench`: the whole way of a request (two buckets in memory, workers as deployed) against the bare engine call of
// the same result, in turn; medians and their ratio. Parse and plan of keys beside it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import sharp from 'sharp'

import { readArgs } from '../args.ts'
import { buildFunction } from '../build.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'
import { createOrigin } from '../../src/origin.ts'
import { type OpenOriginal, md5Of } from '../../src/oss/bucket.ts'
import { parseKey } from '../../src/key/parse.ts'
import { render } from '../../src/image/render.ts'
import { compress } from '../../src/image/compress.ts'
import { memoryForRenders } from '../../src/workers/memory.ts'
import { createPool } from '../../src/workers/pool.ts'

const { values } = readArgs(
  { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false }, file: { type: 'string' } },
  'npm run bench -- [--rounds N] [--file JPEG] [--json]\n\nresize,w_800 of a 12 MP JPEG through the origin, against the bare engine call of the same result.',
)
const rounds = Number(values.rounds)
const KEY = '/photo.jpg__op__resize,w_800'
const SECRET = 'a-secret-for-the-benchmark'
const config = loadConfig(
  {
    OSS_REGION: 'cn-hangzhou',
    OSS_ORIGINAL_BUCKET_NAME: 'originals',
    OSS_COMPRESS_BUCKET_NAME: 'compressed',
    MIRROR_SECRET: SECRET,
    ALLOW: 'open',
  },
  false,
)

const noise = { type: 'gaussian', mean: 128, sigma: 20 } as const
const drawn = () =>
  sharp({ create: { width: 500, height: 375, channels: 3, background: '#888', noise } })
    .resize(4000, 3000)
    .jpeg({ quality: 92 })
    .toBuffer()
const photo = values.file === undefined ? await drawn() : await readFile(values.file)

const folder = join('.local', 'bench')
await buildFunction(folder, { for: 'here' })
const pool = createPool({
  workers: 2,
  workerPath: join(process.cwd(), folder, 'worker.js'),
  memoryBytes: memoryForRenders(2_147_483_648, 2),
})

// The same result: quality and chroma are the policy's to say.
const { settings } = await render(photo, parseKey(KEY.slice(1), config.keySettings).operations, {
  quality: config.quality,
  limits: config,
  msLeft: 60_000,
  fetchMark: () => Promise.reject(new Error('no marks')),
})
const quality = Number(/q(\d+)/.exec(settings)?.[1])
const chromaSubsampling = settings.includes('4:4:4') ? '4:4:4' : '4:2:0'
if (!values.json)
  process.stdout.write(`${values.file ?? '12 MP JPEG'}, ${photo.length} bytes, to 800 px: ${settings}\n`)

const ways = {
  bare: () => sharp(photo).autoOrient().resize(800).jpeg({ quality, mozjpeg: true, chromaSubsampling }).toBuffer(),
  'origin, in process': through({ compress, render }),
  'origin, workers': through(pool),
}
const times: Record<string, number[]> = {}
for (let round = -2; round < rounds; round++) {
  for (const [name, run] of Object.entries(ways)) {
    const started = performance.now()
    await run()
    if (round >= 0) (times[name] ??= []).push(performance.now() - started)
  }
}
pool.close()

const bare = times['bare'] ?? []
const rows = Object.entries(times).map(([name, all]) => ({
  name,
  ms: median(all),
  // Pair by pair: what slows the machine down slows both.
  ratio: median(all.map((ms, at) => ms / (bare[at] ?? ms))),
}))
const parse = parseTime()
if (values.json) process.stdout.write(`${JSON.stringify({ rounds, rows, parseMicroseconds: parse })}\n`)
else {
  for (const { name, ms, ratio } of rows) {
    process.stdout.write(`${name.padEnd(20)} ${ms.toFixed(1).padStart(8)} ms  × ${ratio.toFixed(3)}\n`)
  }
  process.stdout.write(`${'parse a key'.padEnd(20)} ${parse.toFixed(1).padStart(8)} µs\n`)
}
process.exit(0)

function through(makers: { compress: typeof compress; render: typeof render }): () => Promise<void> {
  const original: OpenOriginal = {
    facts: {
      etag: md5Of(photo).etag,
      bytes: photo.length,
      lastModified: '',
      contentEncoding: undefined,
      crc64: undefined,
      contentMd5: undefined,
    },
    head: (count) => Promise.resolve(photo.subarray(0, count)),
    readAll: () => Promise.resolve(photo),
    async *chunks() {
      yield photo
    },
    close: () => undefined,
  }
  const origin = createOrigin({
    config,
    buckets: () => ({
      originals: {
        peek: () => Promise.resolve(photo),
        open: () => Promise.resolve(original),
        head: () => Promise.resolve(original.facts),
      },
      compressed: { put: () => Promise.resolve(), copy: () => Promise.resolve() },
    }),
    compress: makers.compress,
    render: makers.render,
    log: createLog('silent', () => undefined),
  })
  return async () => {
    const request = { method: 'GET', rawPath: KEY, mirrorSecret: SECRET }
    const context = { requestId: 'bench', credentials: undefined, function: { name: '', memoryMb: 0, region: '' } }
    const answer = await origin.handle(request, context)
    await answer.settled
    if (answer.status !== 200) throw new Error(`Expected 200, got ${answer.status}.`)
  }
}

function parseTime(): number {
  const key = 'trip/photo.jpg__op__resize,m_fill,w_800,h_600__op__rotate,90__op__format,f_webp__op__quality,q_80'
  const all: number[] = []
  for (let round = 0; round < 30; round++) {
    const started = performance.now()
    for (let i = 0; i < 500; i++) parseKey(key, config.keySettings)
    all.push(((performance.now() - started) / 500) * 1000)
  }
  return median(all)
}

function median(all: number[]): number {
  return all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN
}
