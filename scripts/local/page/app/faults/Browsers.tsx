import { useState } from 'preact/hooks'

import { facts, keySettings } from '../facts.ts'
import { lastRead } from '../flow/last-read.ts'
import { showBytes, showType } from '../format.ts'
import { refreshLibrary } from '../library.ts'
import { header } from '../photos/photos.ts'
import { readAsReader, type Trace } from '../server.ts'
import type { Words } from '../words/en.ts'
import { useWords } from '../words/words.ts'
import { writeKey } from '../../../../../src/key/read.ts'

/** What browsers send for a picture, shortened to what has a say. */
const BROWSERS: readonly { words: keyof Words; accept: string }[] = [
  { words: 'browserNew', accept: 'image/avif,image/webp,image/*,*/*;q=0.8' },
  { words: 'browserWebp', accept: 'image/webp,image/*,*/*;q=0.8' },
  { words: 'browserOld', accept: 'image/png,image/*;q=0.8,*/*;q=0.5' },
  { words: 'browserProgram', accept: '*/*' },
]

/** One address read as several browsers, through the edge. */
export function Browsers({ source }: { source: string }) {
  const { say, language } = useWords()
  const [traces, setTraces] = useState<readonly Trace[]>([])
  const [isBusy, setBusy] = useState(false)
  const key = writeKey(source, ['resize,w_640', 'format,f_auto'], keySettings)

  const run = async () => {
    setBusy(true)
    setTraces([])
    try {
      for (const { accept } of BROWSERS) {
        const { trace } = await readAsReader(key, { via: 'edge', accept })
        lastRead.set({ trace })
        setTraces((before) => [...before, trace])
      }
      await refreshLibrary()
    } finally {
      setBusy(false)
    }
  }

  return (
    <div class="panel browsers" aria-busy={isBusy}>
      <div class="bucket-head">
        <h2>{say('browsersTitle')}</h2>
        <button type="button" disabled={isBusy} onClick={() => void run()}>
          {say('browsersRun')}
        </button>
      </div>
      <p class="muted">{say('browsersHint')}</p>
      <p>
        <code>
          {facts.edge}/{key}
        </code>
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say('browsersTitle')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('browser')}</th>
              <th scope="col">{say('sends')}</th>
              <th scope="col">{say('gets')}</th>
              <th scope="col">{say('storedUnder')}</th>
            </tr>
          </thead>
          <tbody>
            {BROWSERS.map(({ words, accept }, at) => {
              const trace = traces[at]
              return (
                <tr key={accept}>
                  <th scope="row">{say(words)}</th>
                  <td>
                    <code>{accept}</code>
                  </td>
                  <td data-gets={trace === undefined ? undefined : header(trace, 'content-type')}>
                    {trace === undefined
                      ? '–'
                      : trace.read.status === 200
                        ? `${showType(header(trace, 'content-type') ?? '')}, ${showBytes(trace.read.bytes, language)}`
                        : String(trace.read.status ?? '–')}
                  </td>
                  <td>{trace?.bucket?.key === undefined ? '–' : <code>{trace.bucket.key}</code>}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}
