// Part "memory": the most that all processes of the function hold, for one large picture and for many at once.
import { benchCloud } from '../cloud.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographOf } from '../pictures.ts'
import { type Peak, peakWhile } from '../processes.ts'

const CASES = [
  { name: '12 MP JPEG', megapixels: 12, count: 1 },
  { name: '24 MP JPEG', megapixels: 24, count: 1, atMost: 350 },
  { name: '100 MP JPEG', megapixels: 100, count: 1, atMost: 900 },
  { name: '20 × 12 MP JPEG at once', megapixels: 12, count: 20, atMost: 2048 },
]

interface Row {
  name: string
  idle: Peak
  peak: Peak
  statuses: Record<string, number>
  ms: number
  atMost?: number
}

async function run({ corpus, small, progress }: Options): Promise<Report> {
  const rows: Row[] = []
  for (const { name, megapixels, count, ...aim } of CASES) {
    progress(name)
    const photo = (await photographOf(corpus, small ? megapixels / 100 : megapixels)).bytes
    // A fresh instance each: memory that an earlier picture left behind belongs to that one.
    const cloud = await benchCloud({ environment: { MAX_SOURCE_BYTES: String(256 << 20) } })
    try {
      await cloud.warmUp((await photographOf(corpus, 0.1)).bytes)
      const keys = Array.from({ length: count }, (_, i) => `memory-${i}.jpg`)
      for (const key of keys) await cloud.upload(key, photo)
      const pid = () => cloud.gateway.instances()[0]?.pid
      const [, idle] = await peakWhile(pid, () => new Promise((resolve) => setTimeout(resolve, 100)))
      const started = performance.now()
      const [answers, peak] = await peakWhile(pid, () => Promise.all(keys.map((key) => cloud.read(key))))
      const statuses: Record<string, number> = {}
      for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1
      rows.push({ name, idle, peak, statuses, ms: performance.now() - started, ...aim })
    } finally {
      await cloud.close()
    }
  }
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0)
  return {
    tables: [
      {
        title: 'Peak memory, all processes of the function together',
        columns: ['picture', 'PSS MB', 'RSS MB', 'idle PSS MB', 'processes', 'answers', 'ms'],
        rows: rows.map(({ name, peak, idle, statuses, ms }) => [
          name,
          mb(peak.pssBytes),
          mb(peak.rssBytes),
          mb(idle.pssBytes),
          String(peak.processes),
          Object.entries(statuses)
            .map(([status, times]) => `${times} × ${status}`)
            .join(', '),
          ms.toFixed(0),
        ]),
      },
    ],
    figures: rows.flatMap(({ name, peak, atMost, statuses }) =>
      // What was not made says nothing about what making it takes.
      atMost === undefined || statuses[200] === undefined
        ? []
        : [
            { what: `${name}: PSS in MB`, value: Math.round(peak.pssBytes / 1e6), atMost, key: true as const },
            { what: `${name}: RSS in MB`, value: Math.round(peak.rssBytes / 1e6), atMost, key: true as const },
          ],
    ),
    notes: [
      'RSS counts pages that processes share (node and libvips themselves) once for each process, PSS once; a container is charged once.',
      ...(process.platform === 'linux' ? [] : ['Memory is read from /proc, which this system does not have.']),
    ],
    data: rows,
  }
}

export const memory: Part = { about: 'peak memory for 12, 24 and 100 MP, and for 20 pictures at once', run }
