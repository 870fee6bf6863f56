// Part "peers": the same pictures through ipx, the Next.js image optimizer and this function: pictures a second, bytes, score.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import sharp from 'sharp'

import { coresApart, moveAside, startApart, together } from '../apart.ts'
import { type BenchCloud, benchCloud, expectOk } from '../cloud.ts'
import type { Options, Part, Report } from '../part.ts'
import { type Format, type Peer, startPeers } from '../peers/servers.ts'
import {
  AT_SCORE,
  asGood,
  FORMATS,
  type Made,
  PARALLEL,
  type Qualities,
  reportOf,
  type Throughput,
  WIDTH,
} from '../peers/verdict.ts'
import { photographOf, photographs } from '../pictures.ts'
import { timedOn } from '../processes.ts'
import { inParallel, interleaved } from '../rounds.ts'
import { createScorer } from '../score/scorer.ts'
import { shown } from '../score/shown.ts'

const BATCH = 16

/** Originals over HTTP: any name below /i/ gives picture i, so that nobody's cache answers twice. */
async function serve(pictures: readonly Buffer[]): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const bytes = pictures[Number(/^\/(\d+)\//.exec(request.url ?? '')?.[1])]
    if (bytes === undefined) response.writeHead(404).end()
    else
      response
        .writeHead(200, {
          'Content-Type': bytes[0] === 0x89 ? 'image/png' : 'image/jpeg',
          'Content-Length': bytes.length,
        })
        .end(bytes)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}

/** This function, asked as the peers are: the bytes of picture `i`, from the first read of a key nobody had. */
function ours(cloud: BenchCloud, pictures: readonly Buffer[]) {
  let last = 0
  return {
    prepare: async (i: number): Promise<string> => {
      const key = `${i}/${last++}.jpg`
      await cloud.upload(key, pictures[i] ?? Buffer.alloc(0))
      return key
    },
    get: async (key: string, format: Format): Promise<Buffer> => {
      const asked = `${key}__op__resize,w_${WIDTH}__op__format,f_${format === 'jpeg' ? 'jpg' : format}`
      return expectOk(await cloud.read(asked), asked).bytes
    },
  }
}

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const cores = coresApart()
  const { peers, missing } = await startApart(cores, startPeers)
  const scorer = createScorer()
  try {
    if (peers.length === 0) return { tables: [], notes: missing, data: [] }
    const found = await photographs(corpus)
    const measured = small ? found.slice(0, 2) : found
    const camera = (await photographOf(corpus, small ? 0.1 : 12)).bytes
    const pictures = [...measured.map(({ bytes }) => bytes), camera]
    const server = await serve(pictures)
    const cloud = await startApart(cores, async () => {
      const started = await benchCloud()
      await started.warmUp(camera)
      return started
    })
    try {
      together(cores)
      const own = ours(cloud, pictures)
      const made: Made[] = []
      const unlike: Record<string, Map<string, string>> = {}
      for (const [i, { name, bytes }] of measured.entries()) {
        // From all pixels: decoders that shrink on load, as most here do, are judged by what they lose, too.
        const whole = await sharp(bytes).autoOrient().toColourspace('srgb').png({ compressionLevel: 1 }).toBuffer()
        const reference = await shown(
          await sharp(whole).resize(WIDTH, undefined, { withoutEnlargement: true }).png().toBuffer(),
        )
        for (const format of FORMATS) {
          progress(`${name} as ${format}`)
          const add = async (by: string, quality: number | undefined, picture: Buffer) => {
            // Next.js keeps PNG where no modern format is accepted: nothing to compare.
            const { format: got } = await sharp(picture).metadata()
            if (got !== (format === 'avif' ? 'heif' : format)) return
            const seen = await shown(picture)
            // On its side: whoever ignores the orientation cannot be compared.
            if (seen.width !== reference.width || seen.height !== reference.height) {
              ;(unlike[by] ??= new Map()).set(name, `${name} is ${seen.width}×${seen.height}`)
              return
            }
            const score = await scorer.score(reference, seen)
            made.push({ picture: name, format, by, quality, bytes: picture.length, ...score })
          }
          await add('this', undefined, await own.get(await own.prepare(i), format))
          for (const peer of peers)
            for (const quality of [undefined, ...(small ? [] : peer.qualities)])
              await add(
                peer.name,
                quality,
                await peer.get({
                  url: `${server.url}/${i}/${format}-${quality ?? 'default'}`,
                  width: WIDTH,
                  format,
                  ...(quality === undefined ? {} : { quality }),
                }),
              )
        }
      }
      const qualities = asGood(peers, made)
      moveAside(cores)
      const throughput = await throughputs(peers, server.url, cloud, pictures, qualities, { rounds, small, progress })
      const notes = Object.entries(unlike).map(
        ([by, which]) =>
          `${by} gives ${which.size} of ${measured.length} photographs another size, left out: ${[...which.values()].join(', ')}.`,
      )
      return reportOf(peers, throughput, qualities, made, [...notes, ...missing, ...scorer.missing], {
        batch: small ? 4 : BATCH,
        cores,
      })
    } finally {
      server.close()
      await cloud.close()
    }
  } finally {
    together(cores)
    scorer.close()
    for (const peer of peers) await peer.close()
  }
}

async function throughputs(
  peers: Peer[],
  url: string,
  cloud: BenchCloud,
  pictures: readonly Buffer[],
  qualities: Qualities,
  { rounds, small, progress }: Pick<Options, 'rounds' | 'small' | 'progress'>,
): Promise<Throughput> {
  const camera = pictures.length - 1
  const own = ours(cloud, pictures)
  let last = 0
  const result: Partial<Throughput> = {}
  for (const format of FORMATS) {
    const batch = Array.from({ length: small ? 4 : BATCH }, (_, i) => i)
    const processor: Record<string, number[]> = { this: [] }
    const ways: Record<string, () => Promise<number>> = {
      this: async () => {
        const keys: string[] = []
        for (const _ of batch) keys.push(await own.prepare(camera))
        const pids = cloud.gateway.instances().flatMap(({ pid }) => pid ?? [])
        return timedOn(pids, (processor['this'] ??= []), () =>
          inParallel(
            PARALLEL,
            keys.map((key) => () => own.get(key, format)),
          ),
        )
      },
    }
    for (const peer of peers) {
      const quality = qualities[format][peer.name]
      for (const [name, how] of [
        [peer.name, {}] as const,
        ...(quality === undefined ? [] : [[`${peer.name}${AT_SCORE}`, { quality }] as const]),
      ])
        ways[name] = () =>
          timedOn([peer.pid], (processor[name] ??= []), () =>
            inParallel(
              PARALLEL,
              batch.map(() => () => peer.get({ url: `${url}/${camera}/${last++}`, width: WIDTH, format, ...how })),
            ),
          )
    }
    const times = await interleaved(rounds, ways, (text) => progress(`12 MP to ${WIDTH} px ${format}, ${text}`))
    result[format] = Object.fromEntries(
      Object.entries(times).map(([by, time]) => [by, { ...time, processorMs: (processor[by] ?? []).slice(1) }]),
    )
  }
  return result as Throughput
}

export const peers: Part = { about: 'ipx and the Next.js image optimizer: pictures a second, bytes and scores', run }
