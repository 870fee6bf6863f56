// Calls of the page's own server; what each does is in ../api.ts.
import type { FaultName, Listing, Trace } from '../told.ts'
import { facts } from './facts.ts'
import { createStore } from './store.ts'

export type { FaultName, Listing, Trace }
export type ListedObject = Listing['objects'][number]

const TOKEN = { 'x-page-token': facts.token }

/** Set when the server does not know this page any more: it was started anew. */
export const connection = createStore<{ isStale: boolean }>({ isStale: false })

/** The server's words for what it refused. */
export class ServerError extends Error {}

function refused(status: number, words: string): ServerError {
  if (status === 401) connection.set({ isStale: true })
  return new ServerError(words.trim())
}

function address(call: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return `/api/${call}?${new URLSearchParams(given).toString()}`
}

async function ask(call: string, query: Record<string, string | undefined>, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(address(call, query), { ...init, headers: { ...TOKEN } })
  if (!answer.ok) throw refused(answer.status, await answer.text())
  return answer
}

async function askJson<T>(...asked: Parameters<typeof ask>): Promise<T> {
  return (await (await ask(...asked)).json()) as T
}

/** One page of a bucket, in the order of the keys. */
export function listPage(bucket: string, prefix: string, after?: string): Promise<Listing> {
  return askJson('list', { bucket, prefix, after })
}

/** Up to `most` objects. */
export async function listAll(bucket: string, prefix = '', most = 5000): Promise<ListedObject[]> {
  const objects: ListedObject[] = []
  let after: string | undefined
  do {
    const page = await listPage(bucket, prefix, after)
    objects.push(...page.objects)
    after = page.next
  } while (after !== undefined && objects.length < most)
  return objects
}

/** Uploads with progress (0 to 1). fetch tells none, so it is the older way. @throws ServerError with the bucket's words */
export function upload(key: string, file: Blob, onProgress: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', address('object', { bucket: facts.originals, key }))
    request.setRequestHeader('x-page-token', facts.token)
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total === 0 ? 0 : loaded / total))
    request.addEventListener('error', () => reject(new ServerError('The connection broke off.')))
    request.addEventListener('load', () => {
      if (request.status === 200) resolve()
      else reject(refused(request.status, messageOf(request.responseText)))
    })
    request.send(file)
  })
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message: string }).message
  } catch {
    return text.trim()
  }
}

export async function remove(bucket: string, key: string): Promise<void> {
  await ask('object', { bucket, key }, { method: 'DELETE' })
}

/** What is stored, for an <img>; never asks the mirror. `version` is part of the address, so that a new one shows. */
export function storedAddress(bucket: string, key: string, version = ''): string {
  return address('object', { bucket, key, t: facts.token, v: version })
}

/** One read as a reader does it. */
export interface ReadResult {
  trace: Trace
  /** Undefined where there was no whole answer. */
  body: Blob | undefined
}

export async function readAsReader(
  key: string,
  options: { via?: 'bucket' | 'edge'; query?: string; accept?: string; signal?: AbortSignal } = {},
): Promise<ReadResult> {
  const id = crypto.randomUUID()
  const { via, query, accept, signal } = options
  let body: Blob | undefined
  try {
    const answer = await ask('read', { id, key, via, query, accept }, signal === undefined ? {} : { signal })
    body = await answer.blob()
  } catch (error) {
    // The trace tells why; without one there is nothing to tell but this.
    if (signal?.aborted || connection.get().isStale) throw error
  }
  return { body, trace: await askJson<Trace>('trace', { id }) }
}

export function faultsOn(): Promise<FaultName[]> {
  return askJson('faults', {})
}

export function setFault(name: FaultName, on: boolean): Promise<FaultName[]> {
  return askJson('faults', { name, on: on ? '1' : '0' }, { method: 'PUT' })
}

export async function samples(): Promise<File[]> {
  const names = await askJson<string[]>('samples', {})
  return Promise.all(
    names.map(async (name) => {
      const bytes = await (await ask('sample', { name })).blob()
      return new File([bytes], name, { type: typeOf(name) })
    }),
  )
}

/** Of names the server drew; others bring their type along. */
function typeOf(name: string): string {
  const ending = /[^.]+$/.exec(name)?.[0] ?? ''
  return `image/${ending === 'jpg' ? 'jpeg' : ending}`
}
