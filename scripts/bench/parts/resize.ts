// Part "resize": the whole way of a request (two buckets in memory, workers as deployed) against the bare engine call of the
// same result, in turn; medians and their ratio. Parse and plan of keys beside it. No sockets, no put: what our own code costs.
import { join } from 'node:path'

import sharp from 'sharp'

import { loadConfig } from '../../../src/config.ts'
import { createLog } from '../../../src/log.ts'
import { createOrigin } from '../../../src/origin.ts'
import { type OpenOriginal, md5Of } from '../../../src/oss/bucket.ts'
import { parseKey } from '../../../src/key/parse.ts'
import { render } from '../../../src/image/render.ts'
import { compress } from '../../../src/image/compress.ts'
import { memoryForRenders } from '../../../src/workers/memory.ts'
import { createPool } from '../../../src/workers/pool.ts'
import { jobOf } from '../bare/job.ts'
import { builtFunction } from '../cloud.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographOf } from '../pictures.ts'
import { interleaved } from '../rounds.ts'
import { median } from '../statistics.ts'

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

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const photo = (await photographOf(corpus, small ? 0.1 : 12)).bytes
  const folder = await builtFunction()
  const pool = createPool({
    workers: 2,
    workerPath: join(folder, 'worker.js'),
    memoryBytes: memoryForRenders(2_147_483_648, 2),
  })
  try {
    // The same result: quality and chroma are the policy's to say.
    const { settings } = await render(photo, parseKey(KEY.slice(1), config.keySettings).operations, {
      quality: config.quality,
      limits: config,
      msLeft: 60_000,
      fetchMark: () => Promise.reject(new Error('no marks')),
    })
    const { options } = jobOf(settings)
    const times = await interleaved(
      rounds,
      {
        bare: () =>
          sharp(photo)
            .autoOrient()
            .resize(800)
            .jpeg(options)
            .toBuffer()
            .then(() => undefined),
        'origin, in process': through(photo, { compress, render }),
        'origin, workers': through(photo, pool),
      },
      progress,
    )
    const parseMicroseconds = parseTime()
    return {
      tables: [
        {
          title: `${small ? 0.1 : 12} MP JPEG to 800 px, ${settings}`,
          columns: ['way', 'ms', 'ratio'],
          rows: [
            ...Object.entries(times).map(([name, { ms, ratio }]) => [name, ms.toFixed(1), `× ${ratio.toFixed(3)}`]),
            ['parse a key', (parseMicroseconds / 1000).toFixed(4), ''],
          ],
        },
      ],
      data: { times, parseMicroseconds },
    }
  } finally {
    pool.close()
  }
}

function through(photo: Buffer, makers: { compress: typeof compress; render: typeof render }): () => Promise<void> {
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

export const resize: Part = {
  about: 'a resize through the origin in memory, in process and with workers, beside bare sharp',
  run,
}
