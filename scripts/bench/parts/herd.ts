// Part "herd": hundreds of readers ask for what is missing, at the same moment.
import { benchCloud } from '../cloud.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographOf } from '../pictures.ts'
import { median } from '../statistics.ts'

interface Row {
  name: string
  readers: number
  keys: number
  ok: number
  /** All answers of a key have the same bytes. */
  equal: boolean
  reads: number
  encodes: number
  puts: number
  /** Of one reader. */
  medianMs: number
  slowestMs: number
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const readers = small ? 20 : 500
  const rows: Row[] = []
  for (const keys of [1, small ? 4 : 50]) {
    progress(`${readers} readers, ${keys} keys`)
    const photo = (await photographOf(corpus, 1)).bytes
    // One instance takes them all: what is asked is what it does with them, not how many more the platform would start.
    const cloud = await benchCloud({ instanceConcurrency: readers })
    try {
      await cloud.warmUp((await photographOf(corpus, 0.1)).bytes)
      const names = Array.from({ length: keys }, (_, i) => `herd-${i}.jpg`)
      for (const name of names) await cloud.upload(name, photo)
      const before = cloud.counts()
      const asked = Array.from({ length: readers }, (_, i) => names[i % keys] ?? '')
      const answers = await Promise.all(asked.map((name) => cloud.read(name)))
      const after = cloud.counts()
      const first = new Map(asked.map((name, i) => [name, answers[i]?.bytes]))
      const ms = answers.map((answer) => answer.ms)
      rows.push({
        name: `${readers} readers of ${keys} missing ${keys === 1 ? 'key' : 'keys'}`,
        readers,
        keys,
        ok: answers.filter(({ status }) => status === 200).length,
        equal: answers.every(({ bytes }, i) => bytes.equals(first.get(asked[i] ?? '') ?? Buffer.alloc(0))),
        reads: after.reads - before.reads,
        encodes: cloud.encodes(names),
        puts: after.puts - before.puts,
        medianMs: median(ms),
        slowestMs: Math.max(...ms),
      })
    } finally {
      await cloud.close()
    }
  }
  return {
    tables: [
      {
        title: 'Many readers at once',
        columns: ['readers', '200', 'equal bytes', 'reads', 'encodes', 'puts', 'median ms', 'slowest ms'],
        rows: rows.map((row) => [
          row.name,
          String(row.ok),
          row.equal ? 'yes' : 'no',
          String(row.reads),
          String(row.encodes),
          String(row.puts),
          row.medianMs.toFixed(0),
          row.slowestMs.toFixed(0),
        ]),
      },
    ],
    figures: rows.flatMap(({ name, readers, keys, ok, reads, encodes, puts }) => [
      { what: `${name}: answered with 200`, value: ok, atLeast: readers },
      {
        what: `${name}: reads, encodes and puts, the most for a key`,
        value: Math.max(reads, encodes, puts) / keys,
        atMost: 1,
        key: true as const,
      },
    ]),
    data: rows,
  }
}

export const herd: Part = {
  about: '500 readers of one missing key, and of 50: one read, one encode, one put each',
  run,
}
