import { useState } from 'preact/hooks'

import { facts, keySettings } from '../facts.ts'
import { lastRead } from '../flow/last-read.ts'
import { showBytes, showMs } from '../format.ts'
import { plainKeyOf } from '../keys.ts'
import { refreshLibrary } from '../library.ts'
import { whyNot } from '../photos/photos.ts'
import { type FaultName, readAsReader, remove, type Trace } from '../server.ts'
import { useWords } from '../words/words.ts'
import { FAULTS } from './list.ts'

interface Try {
  id: number
  trace: Trace
  on: readonly FaultName[]
}

const KEPT = 8

/** Reads with the faults as they are, newest on top. */
export function Tries({ source, on }: { source: string; on: readonly FaultName[] }) {
  const { say, language } = useWords()
  const [tries, setTries] = useState<readonly Try[]>([])
  const [isBusy, setBusy] = useState(false)

  const read = async (isFirst: boolean) => {
    setBusy(true)
    try {
      const key = plainKeyOf(source, keySettings)
      if (isFirst) await remove(facts.compressed, key)
      const { trace } = await readAsReader(key)
      lastRead.set({ trace })
      setTries((before) => [{ id: (before[0]?.id ?? 0) + 1, trace, on }, ...before].slice(0, KEPT))
      await refreshLibrary()
    } finally {
      setBusy(false)
    }
  }

  return (
    <div class="tries" aria-busy={isBusy}>
      <div class="row">
        <button type="button" class="main" disabled={isBusy} onClick={() => void read(true)}>
          {say('firstRead')}
        </button>
        <button type="button" disabled={isBusy} onClick={() => void read(false)}>
          {say('secondRead')}
        </button>
      </div>
      <ol aria-live="polite">
        {tries.length === 0 ? <li class="muted">{say('resultNone')}</li> : null}
        {tries.map(({ id, trace, on }) => {
          const { read, bucket, stored } = trace
          const isGood = read.status === 200 && read.broken === undefined
          return (
            <li key={id} class="try" data-status={read.status ?? 'none'} data-stored={stored !== undefined}>
              <span class={`status ${isGood ? 'good' : 'bad'}`}>{read.status ?? '–'}</span>
              <div>
                <strong>
                  {isGood
                    ? `${showBytes(read.bytes, language)}, ${say(bucket?.mirrored === true ? 'madeNow' : 'fromBucket')}`
                    : whyNot(trace)}
                </strong>
                <small>
                  {[
                    say('inTime', { time: showMs(read.ms ?? 0, language) }),
                    say(stored === undefined ? 'resultNotStored' : 'resultStored'),
                    ...FAULTS.filter(({ name }) => on.includes(name)).map(({ words }) => say(words)),
                  ].join(' · ')}
                </small>
              </div>
            </li>
          )
        })}
      </ol>
    </div>
  )
}
