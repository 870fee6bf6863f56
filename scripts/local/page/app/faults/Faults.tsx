import { useEffect, useState } from 'preact/hooks'

import { library } from '../library.ts'
import { go, place } from '../navigation.ts'
import { type FaultName, faultsOn, setFault } from '../server.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'
import { Browsers } from './Browsers.tsx'
import { FAULTS } from './list.ts'
import { Tries } from './Tries.tsx'

export function Faults() {
  const { say } = useWords()
  const { originals } = useStore(library)
  const { source: asked } = useStore(place)
  const [on, setOn] = useState<readonly FaultName[]>([])
  const source = asked ?? originals[0]?.key

  useEffect(() => {
    void faultsOn().then(setOn)
  }, [])
  const turn = async (name: FaultName, isOn: boolean) => setOn(await setFault(name, isOn))
  const allOff = async () => {
    for (const name of on) await turn(name, false)
  }

  return (
    <section class="faults">
      <div class="view-head">
        <h1>{say('faults')}</h1>
        <p class="muted">{say('faultsHint')}</p>
      </div>
      <div class="faults-grid">
        <div class="panel switches">
          <ul>
            {FAULTS.map(({ name, words, hint }) => (
              <li key={name}>
                <label class="switch">
                  <span>
                    {say(words)}
                    <small>{say(hint)}</small>
                  </span>
                  <input
                    type="checkbox"
                    role="switch"
                    data-fault={name}
                    checked={on.includes(name)}
                    onChange={({ currentTarget }) => void turn(name, currentTarget.checked)}
                  />
                </label>
              </li>
            ))}
          </ul>
          <div class="row">
            <span class="muted">{say('faultsOn', { count: on.length })}</span>
            <button type="button" class="quiet" disabled={on.length === 0} onClick={() => void allOff()}>
              {say('allOff')}
            </button>
          </div>
        </div>
        <div class="panel">
          <h2>{say('tryIt')}</h2>
          {source === undefined ? (
            <p class="notice">{say('photoNone')}</p>
          ) : (
            <>
              <label>
                <span>{say('photo')}</span>
                <select value={source} onChange={({ currentTarget }) => go('faults', currentTarget.value)}>
                  {originals.map(({ key }) => (
                    <option key={key} value={key}>
                      {key}
                    </option>
                  ))}
                </select>
              </label>
              <Tries source={source} on={on} />
            </>
          )}
        </div>
      </div>
      {source === undefined ? null : <Browsers source={source} />}
    </section>
  )
}
