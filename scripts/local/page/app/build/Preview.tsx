import { useEffect, useState } from 'preact/hooks'

import { showBytes, showMs, showShare, showType } from '../format.ts'
import { lastRead } from '../flow/last-read.ts'
import { library, refreshLibrary } from '../library.ts'
import { place } from '../navigation.ts'
import { header, whyNot } from '../photos/photos.ts'
import { type Pixels, sizeOf } from '../photos/size-of.ts'
import { readAsReader, type Trace } from '../server.ts'
import { useStore } from '../store.ts'
import { useWords } from '../words/words.ts'

/** Long enough for a number to be typed: every version that is read is stored. */
const PAUSE_MS = 450

interface Shown {
  key: string
  trace: Trace
  bytes: number
  /** Of a picture. */
  address: string | undefined
  pixels: Pixels | undefined
  /** Of `info` and `average-hue`. */
  text: string | undefined
}

interface PreviewFacts {
  source: string
  requestedKey: string
  onSize: (size: Pixels | undefined) => void
}

/** The version as a reader gets it, read anew a moment after each change. */
export function Preview({ source, requestedKey, onSize }: PreviewFacts) {
  const { say, language } = useWords()
  const { originals } = useStore(library)
  const [shown, setShown] = useState<Shown | undefined>(undefined)
  const [failed, setFailed] = useState<string | undefined>(undefined)
  const [isBusy, setBusy] = useState(true)

  useEffect(() => {
    const stop = new AbortController()
    setBusy(true)
    const timer = setTimeout(() => {
      void readVersion(requestedKey, stop.signal).then(
        (result) => {
          if (stop.signal.aborted) return
          setBusy(false)
          setFailed(typeof result === 'string' ? result : undefined)
          setShown(typeof result === 'string' ? undefined : result)
          onSize(typeof result === 'string' ? undefined : result.pixels)
          void refreshLibrary()
        },
        (error: unknown) => {
          if (stop.signal.aborted) return
          setBusy(false)
          setFailed(error instanceof Error ? error.message : String(error))
        },
      )
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [requestedKey])
  useEffect(() => {
    const address = shown?.address
    return () => {
      if (address !== undefined) URL.revokeObjectURL(address)
    }
  }, [shown])

  const before = originals.find(({ key }) => key === source)?.bytes
  const isNew = shown?.trace.bucket?.mirrored === true
  return (
    <div class="panel preview" aria-busy={isBusy} data-previewed={isBusy ? undefined : (shown?.key ?? 'failed')}>
      <div class={`preview-picture ${isBusy ? 'busy' : ''}`}>
        {shown?.address !== undefined ? (
          <img src={shown.address} alt={`${say('preview')}: ${requestedKey}`} />
        ) : shown?.text !== undefined ? (
          <pre tabIndex={0}>{shown.text}</pre>
        ) : (
          <p class="muted">{isBusy ? say('previewWait') : ''}</p>
        )}
      </div>
      {failed === undefined ? null : (
        <p class="notice bad" role="alert">
          {failed}
        </p>
      )}
      {shown === undefined ? null : (
        <div class="preview-facts">
          <p class="numbers">
            <span>{before === undefined ? '' : showBytes(before, language)}</span>
            <span aria-hidden="true">→</span>
            <strong>{showBytes(shown.bytes, language)}</strong>
            {before !== undefined && shown.bytes < before ? (
              <em>{say('saved', { percent: showShare(1 - shown.bytes / before, language) })}</em>
            ) : null}
          </p>
          <p class="facts">
            <span>{showType(header(shown.trace, 'content-type') ?? '')}</span>
            {shown.pixels === undefined ? null : (
              <span>
                {shown.pixels.width} × {shown.pixels.height}
              </span>
            )}
            <span>{isNew ? say('madeNow') : say('fromBucket')}</span>
            <span>{say('inTime', { time: showMs(shown.trace.read.ms ?? 0, language) })}</span>
          </p>
          {shown.address === undefined ? null : (
            <button type="button" onClick={() => place.set({ compare: { source, version: shown.key } })}>
              {say('compare')}
            </button>
          )}
        </div>
      )}
    </div>
  )
}

/** @returns why there is none, as text */
async function readVersion(key: string, signal: AbortSignal): Promise<Shown | string> {
  const { trace, body } = await readAsReader(key, { signal })
  lastRead.set({ trace })
  if (trace.read.status !== 200 || body === undefined || trace.read.broken !== undefined) return whyNot(trace)
  const type = header(trace, 'content-type') ?? ''
  const isPicture = type.startsWith('image/')
  return {
    key,
    trace,
    bytes: body.size,
    address: isPicture ? URL.createObjectURL(body) : undefined,
    pixels: isPicture ? await sizeOf(body) : undefined,
    text: isPicture ? undefined : (await body.text()).slice(0, 20_000),
  }
}
