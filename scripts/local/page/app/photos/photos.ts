// The way of a picture through the page: uploaded, its old versions gone, read through the compressed bucket.
import { watchLeaving } from '../changes.ts'
import { facts, keySettings } from '../facts.ts'
import { lastRead } from '../flow/last-read.ts'
import { nameFault, plainKeyOf } from '../keys.ts'
import { refreshLibrary, storedDerivatives } from '../library.ts'
import { readAsReader, remove, type Trace, upload } from '../server.ts'
import { createStore } from '../store.ts'
import { createLine } from './line.ts'
import { sizeOf, type Pixels } from './size-of.ts'

export type Step = 'waiting' | 'uploading' | 'leaving' | 'reading' | 'done' | 'failed'

export interface Photo {
  key: string
  step: Step
  /** Of the upload, 0 to 1. */
  progress: number
  before: { bytes: number } | undefined
  after: { bytes: number; type: string; pixels?: Pixels | undefined; address: string } | undefined
  trace: Trace | undefined
  /** The read was the first one after the upload. */
  isFirstRead: boolean
  /** What is still stored of the picture that was replaced. */
  stale: readonly string[]
  /** What went wrong, in the words of whoever refused. */
  error: string | undefined
  /** Counts up with every original under this key, so that pictures are loaded anew. */
  version: number
}

export const photos = createStore<{ byKey: ReadonlyMap<string, Photo> }>({ byKey: new Map() })

// A function on a laptop is one instance with little memory; more at once would only wait there.
const uploads = createLine(2)
const reads = createLine(2)

function change(key: string, with_: Partial<Photo>): void {
  photos.set(({ byKey }) => {
    const now = byKey.get(key) ?? {
      key,
      step: 'waiting',
      progress: 0,
      before: undefined,
      after: undefined,
      trace: undefined,
      isFirstRead: false,
      stale: [],
      error: undefined,
      version: 0,
    }
    return { byKey: new Map(byKey).set(key, { ...now, ...with_ }) }
  })
}

export interface PickedFile {
  key: string
  file: File
}

/** Uploads and reads them, in their order. */
export async function addFiles(files: readonly PickedFile[]): Promise<void> {
  await Promise.all(files.map((picked) => addFile(picked)))
}

/** Uploads one, over what was there under its key, and reads it. */
export async function addFile({ key, file }: PickedFile): Promise<void> {
  const fault = nameFault(key)
  const version = (photos.get().byKey.get(key)?.version ?? 0) + 1
  const before = { bytes: file.size }
  change(key, {
    step: 'waiting',
    progress: 0,
    before,
    after: undefined,
    trace: undefined,
    stale: [],
    error: fault,
    version,
  })
  if (fault !== undefined) return change(key, { step: 'failed' })
  try {
    const old = await uploads(async () => {
      change(key, { step: 'uploading' })
      const stored = await storedDerivatives(key)
      await upload(key, file, (progress) => change(key, { progress }))
      return stored
    })
    change(key, { step: old.length > 0 ? 'leaving' : 'reading' })
    change(key, { stale: await watchLeaving(key, old) })
    await readPhoto(key, true)
  } catch (error) {
    change(key, { step: 'failed', error: error instanceof Error ? error.message : String(error) })
    void refreshLibrary()
  }
}

/** Removes, as the owner, what is still stored of a picture that was replaced, and reads the new one. */
export async function dropStale(key: string): Promise<void> {
  const { stale } = photos.get().byKey.get(key) ?? { stale: [] }
  await Promise.all(stale.map((name) => remove(facts.compressed, name)))
  change(key, { stale: [] })
  await readPhoto(key)
}

/** Reads an original's plain version as a reader does. */
export async function readPhoto(key: string, isFirstRead = false): Promise<void> {
  change(key, { step: 'reading', error: undefined, isFirstRead })
  try {
    await reads(async () => {
      const { body, trace } = await readAsReader(plainKeyOf(key, keySettings))
      lastRead.set({ trace })
      const type = header(trace, 'content-type') ?? ''
      const isGood = trace.read.status === 200 && body !== undefined && trace.read.broken === undefined
      const old = photos.get().byKey.get(key)?.after?.address
      if (old !== undefined) URL.revokeObjectURL(old)
      if (!isGood) return change(key, { step: 'failed', trace, after: undefined, error: whyNot(trace) })
      const pixels = await sizeOf(body)
      const after = { bytes: body.size, type, pixels, address: URL.createObjectURL(body) }
      return change(key, { step: 'done', trace, after })
    })
  } catch (error) {
    change(key, { step: 'failed', error: error instanceof Error ? error.message : String(error) })
  }
  await refreshLibrary()
}

/** Removes an original; what was made from it goes by itself. */
export function forget(key: string): void {
  photos.set(({ byKey }) => {
    const rest = new Map(byKey)
    rest.delete(key)
    return { byKey: rest }
  })
}

/** What a reader is told, and where the function said more, its own words. */
export function whyNot({ read, bucket, mirror, line }: Trace): string {
  if (line !== undefined && line.status !== 200) return `${line.status} ${line.outcome}: ${line.reason ?? ''}`
  if (read.broken !== undefined) return read.broken
  return [`${read.status ?? ''} ${bucket?.code ?? ''}`.trim(), mirror?.why].filter(Boolean).join(': ')
}

export function header({ read }: Trace, name: string): string | undefined {
  return read.responseHeaders.find(([given]) => given.toLowerCase() === name)?.[1]
}
