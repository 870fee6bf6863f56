import { useEffect, useState } from 'preact/hooks'

import { showBytes, showMs } from '../format.ts'
import { Icon, type IconName } from '../parts/Icon.tsx'
import type { Trace } from '../server.ts'
import { useStore } from '../store.ts'
import { type Say, useWords } from '../words/words.ts'
import { Exchange } from './Exchange.tsx'
import { type Hop, type HopName, hopsOf } from './hops.ts'
import { lastRead } from './last-read.ts'

const STEP_MS = 320

/**
 * The way of the last read, drawn as in the README and lit step by step.
 * @param isBehind on a narrow screen it comes after the view, where something else is edited
 */
export function Flow({ isBehind }: { isBehind: boolean }) {
  const { say, language } = useWords()
  const { trace } = useStore(lastRead)
  const [lit, setLit] = useState(0)
  const [round, setRound] = useState(0)
  const hops = trace === undefined ? [] : hopsOf(trace)

  useEffect(() => {
    if (trace === undefined) return undefined
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      setLit(hops.length)
      return undefined
    }
    setLit(1)
    const timer = setInterval(() => setLit((now) => Math.min(hops.length, now + 1)), STEP_MS)
    return () => clearInterval(timer)
  }, [trace, round])

  const shown = (name: HopName) => hops.slice(0, lit).find((hop) => hop.name === name)
  const isOver = lit >= hops.length
  const state = (...names: HopName[]) => {
    const found = names.map(shown).filter((hop) => hop !== undefined && hop.state !== 'off')
    if (found.some((hop) => hop?.state === 'bad')) return 'bad'
    return found.length > 0 ? 'on' : ''
  }
  const ms = (hop: Hop | undefined) => (hop?.ms === undefined ? '' : showMs(hop.ms, language))
  const answer = shown('answer')
  const isHit = trace?.bucket?.mirrored === false && trace.read.status === 200
  const isIdle = isOver && trace !== undefined && trace.bucket?.mirrored !== true
  const relay = shown('relay')
  const [ask, miss, read, render, put] = [shown('ask'), shown('miss'), shown('read'), shown('render'), shown('put')]

  return (
    <section
      class={`flow ${trace === undefined ? 'unlit' : ''} ${isBehind ? 'behind' : ''}`}
      aria-labelledby="flow-title"
      data-lit={lit}
      data-hit={isHit}
    >
      <div class="flow-head">
        <h2 id="flow-title">{say('flowTitle')}</h2>
        <code class="flow-key">{trace?.read.key ?? ''}</code>
        {trace === undefined ? null : (
          <button type="button" class="quiet" onClick={() => setRound(round + 1)}>
            <Icon name="again" />
            {say('replay')}
          </button>
        )}
      </div>
      <div class="way">
        <Node icon="reader" name={say('reader')} state={state('ask', 'answer')} note={ms(answer)} />
        <Rail
          there={
            ask === undefined ? '' : trace?.read.via === 'edge' ? `${say('hopAsk')} · ${say('edge')}` : say('hopAsk')
          }
          back={
            answer === undefined
              ? ''
              : [answer.status, showBytes(answer.bytes ?? 0, language)].filter(Boolean).join(' · ')
          }
          thereState={state('ask')}
          backState={state('answer')}
        />
        <Node
          icon="buckets"
          name={say('bucket')}
          state={answer !== undefined && isHit ? 'on' : state('miss', 'put', 'relay')}
          note={bucketNote(trace, answer, miss, say)}
          isEnd={isHit && isOver}
        />
        <Rail
          there={miss === undefined ? '' : say(miss.note === 'merged' ? 'hopMerged' : 'hopMiss')}
          back={relay === undefined ? '' : [relay.status ?? say('noAnswer'), ms(relay)].join(' · ')}
          extra={put === undefined ? '' : putWords(put, say, ms)}
          thereState={state('miss')}
          backState={state('relay')}
          extraState={state('put')}
        />
        <Node
          icon="function"
          name={say('function')}
          state={state('render', 'relay')}
          note={isIdle ? say('notAsked') : render?.ms === undefined ? '' : `${say('hopRender')} ${ms(render)}`}
          isIdle={isIdle}
        />
        <Rail
          there={read === undefined || read.state === 'off' ? '' : say('hopRead')}
          back={
            read === undefined || read.state === 'off'
              ? ''
              : [ms(read), read.bytes === undefined ? read.status : showBytes(read.bytes, language)]
                  .filter(Boolean)
                  .join(' · ')
          }
          thereState={state('read')}
          backState={state('read')}
        />
        <Node icon="photos" name={say('original')} state={state('read')} note="" isIdle={isIdle} />
      </div>
      <p class="flow-sum" role="status" data-made={trace?.bucket?.mirrored}>
        {trace === undefined ? say('flowNone') : isOver ? summary(trace, say, (value) => showMs(value, language)) : ''}
      </p>
      {trace === undefined ? null : <Exchange trace={trace} />}
    </section>
  )
}

function bucketNote(trace: Trace | undefined, answer: Hop | undefined, miss: Hop | undefined, say: Say): string {
  if (miss !== undefined) return say('hopMissing')
  if (answer === undefined || trace?.bucket === undefined) return ''
  return trace.read.status === 200 ? say('hopHit') : String(trace.bucket.code ?? trace.bucket.status)
}

function putWords(put: Hop, say: Say, ms: (hop: Hop) => string): string {
  if (put.note === 'mirror') return say('hopMirrorPut')
  return put.state === 'bad' ? say('hopPutFailed') : `${say('hopPut')} ${ms(put)}`
}

function summary({ read, bucket, line }: Trace, say: Say, ms: (value: number) => string): string {
  const time = ms(read.ms ?? 0)
  if (read.broken !== undefined) return say('sumBroken', { why: read.broken })
  if (read.status !== 200) {
    const because = line !== undefined && line.status !== 200 ? ` ${line.outcome}: ${line.reason ?? ''}` : ''
    if (bucket === undefined) return say('sumRefused', { status: read.status ?? '' })
    return say('sumFailed', { status: `${read.status ?? ''} ${bucket.code ?? ''}`.trim(), time }) + because
  }
  if (bucket?.mirrored !== true) return say('sumHit', { time })
  const parts = [
    ...(line?.ms.read === undefined ? [] : [say('sumRead', { time: ms(line.ms.read) })]),
    ...(line?.ms.render === undefined ? [] : [say('sumRender', { time: ms(line.ms.render) })]),
    ...(line?.ms.put === undefined ? [] : [say('sumPut', { time: ms(line.ms.put) })]),
  ]
  return say('sumMade', { total: time, parts: parts.join(' · ') })
}

interface NodeFacts {
  icon: IconName
  name: string
  state: string
  note: string
  /** The request ended here. */
  isEnd?: boolean
  isIdle?: boolean
}

function Node({ icon, name, state, note, isEnd, isIdle }: NodeFacts) {
  return (
    <div class={`node ${state} ${isEnd === true ? 'end' : ''} ${isIdle === true ? 'idle' : ''}`}>
      <span class="node-icon">
        <Icon name={icon} />
      </span>
      <strong>{name}</strong>
      <small>{note}</small>
    </div>
  )
}

interface RailFacts {
  there: string
  back: string
  /** A second thing that goes back: the put. */
  extra?: string
  thereState: string
  backState: string
  extraState?: string
}

function Rail({ there, back, extra, thereState, backState, extraState }: RailFacts) {
  return (
    <div class="rail">
      <span class={`line there ${thereState}`}>
        <small>{there}</small>
      </span>
      <span class={`line back ${backState}`}>
        <small>{back}</small>
      </span>
      {extra === undefined ? null : (
        <span class={`line back put ${extraState ?? ''}`}>
          <small>{extra}</small>
        </span>
      )}
    </div>
  )
}
