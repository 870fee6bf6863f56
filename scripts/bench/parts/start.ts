// Part "start": from no process at all to the first picture, beside a bare script that imports sharp and makes the same.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Job, jobOf } from '../bare/job.ts'
import { makeOnce } from '../bare/process.ts'
import { benchCloud, expectOk } from '../cloud.ts'
import { temporaryFolder } from '../ending.ts'
import type { Options, Part, Report } from '../part.ts'
import { photographOf } from '../pictures.ts'
import { interleaved, type Timed } from '../rounds.ts'

const CASES = [
  { name: '1 MP JPEG, compressed', megapixels: 1, suffix: '' },
  { name: '12 MP JPEG, to 800 px', megapixels: 12, suffix: '__op__resize,w_800', width: 800 },
  { name: '12 MP JPEG, compressed', megapixels: 12, suffix: '' },
]

interface Row {
  name: string
  settings: string
  times: Record<'bare script' | 'function', Timed>
}

async function run({ corpus, rounds, small, progress }: Options): Promise<Report> {
  const folder = temporaryFolder()
  const cloud = await benchCloud()
  const rows: Row[] = []
  try {
    for (const [i, { name, megapixels, suffix, width }] of CASES.entries()) {
      const photo = (await photographOf(corpus, small ? megapixels / 100 : megapixels)).bytes
      const file = join(folder, `photo-${i}.jpg`)
      writeFileSync(file, photo)
      const readMissing = async (round: number) => {
        await cloud.upload(`start-${i}-${round}.jpg`, photo)
        const key = `start-${i}-${round}.jpg${suffix}`
        return { key, answer: expectOk(await cloud.read(key), key) }
      }
      const settings = cloud.line((await readMissing(-2)).key)?.settings ?? ''
      const job: Job = { file, ...(width === undefined ? {} : { width }), ...jobOf(settings) }
      const times = await interleaved(
        rounds,
        {
          'bare script': async () => (await makeOnce(cloud.codeDir, job)).ms,
          function: async (round) => {
            // The next request finds no instance and has to wait for one, as after an hour of silence.
            for (const { id } of cloud.gateway.instances()) await cloud.gateway.killInstance(id)
            return (await readMissing(round)).answer.ms
          },
        },
        (text) => progress(`${name}, ${text}`),
      )
      rows.push({ name, settings, times })
    }
  } finally {
    await cloud.close()
  }
  return {
    tables: [
      {
        title: 'Process start to first picture',
        columns: ['picture', 'bare script ms', 'function ms', 'ratio'],
        rows: rows.map(({ name, times }) => [
          name,
          times['bare script'].ms.toFixed(0),
          times.function.ms.toFixed(0),
          `× ${times.function.ratio.toFixed(3)}`,
        ]),
      },
    ],
    figures: rows.map(({ name, times }) => ({
      what: `${name}: start to first 200 / bare script`,
      value: times.function.ratio,
      atMost: 1.5,
      key: true,
    })),
    notes: ['Code is read from the page cache: what the platform takes to fetch and mount it comes on top of both.'],
    data: rows,
  }
}

export const start: Part = {
  about: 'process start to first 200, beside a bare script that makes the same picture',
  run,
}
