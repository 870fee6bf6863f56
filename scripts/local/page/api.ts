// What the page may ask its server: the table of calls.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

import type { OwnerBuckets } from './buckets.ts'
import type { Faults } from './faults.ts'
import type { Reader } from './reader.ts'
import { FAULT_NAMES } from './told.ts'
import { objectUrl, traceOf, type TraceSources } from './trace.ts'

export interface ApiWorld {
  oss: string
  edge: string
  originals: string
  compressed: string
  owner: OwnerBuckets
  reader: Reader
  faults: Faults
  trace: TraceSources
  /** Pictures to begin with, by name; drawn when first asked for. */
  samples: () => Promise<ReadonlyMap<string, Buffer>>
}

const DOT_SEGMENT = /(?:^|[/\\])\.\.?(?:$|[/\\])/

/** A call that was refused by the page itself. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * | call | |
 * |---|---|
 * | GET /api/list?bucket=&prefix=&after= | a page of a bucket |
 * | PUT, DELETE /api/object?bucket=&key= | as the owner |
 * | GET /api/object?bucket=&key= | bytes, as the owner and without the mirror: what is there |
 * | GET /api/read?id=&key=&via=&query=&accept= | as a reader, body as it comes; the rest is told by |
 * | GET /api/trace?id= | everything known about that read |
 * | GET /api/faults, PUT /api/faults?name=&on= | what is made to go wrong |
 * | GET /api/samples, /api/sample?name= | drawn pictures |
 *
 * @throws ApiError, and what the buckets throw
 */
export async function answerApi(
  world: ApiWorld,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const value = (name: string) => url.searchParams.get(name) ?? ''
  const bucket = () => {
    const name = value('bucket')
    if (name === world.originals || name === world.compressed) return name
    throw new ApiError(400, `Expected bucket to be ${world.originals} or ${world.compressed}.`)
  }
  const key = () => {
    const name = value('key')
    // What makes an address of it would resolve them, and ask for something else.
    if (name === '' || DOT_SEGMENT.test(name)) return refuse('Expected a key without "." and ".." segments.')
    return name
  }

  switch (`${request.method} ${url.pathname}`) {
    case 'GET /api/list':
      return json(response, 200, await world.owner.list(bucket(), value('prefix'), value('after') || undefined))
    case 'PUT /api/object': {
      const { status, message } = await world.owner.put(bucket(), key(), request)
      return json(response, status === 200 ? 200 : 502, { status, message })
    }
    case 'DELETE /api/object':
      await world.owner.remove(bucket(), key())
      return json(response, 200, {})
    case 'GET /api/object':
      return pass(await world.owner.get(bucket(), key()), response)
    case 'GET /api/read': {
      const base = value('via') === 'edge' ? world.edge : objectUrl(world.oss, world.compressed, '').replace(/\/$/, '')
      const path = key().split('/').map(encodeURIComponent).join('/')
      const query = value('query')
      const asked = {
        id: value('id'),
        via: value('via') === 'edge' ? ('edge' as const) : ('bucket' as const),
        key: key(),
        url: `${base}/${path}${query === '' ? '' : `?${query.replace(/^\?/, '')}`}`,
        accept: value('accept') || '*/*',
      }
      return pass(await world.reader.read(asked), response)
    }
    case 'GET /api/trace': {
      const record = world.reader.record(value('id'))
      if (record === undefined) throw new ApiError(404, 'Expected the id of a read, got another.')
      return json(response, 200, await traceOf(record, world.trace))
    }
    case 'GET /api/faults':
      return json(response, 200, await world.faults.on())
    case 'PUT /api/faults': {
      const name = FAULT_NAMES.find((known) => known === value('name'))
      await world.faults.set(
        name ?? refuse(`Expected one of ${FAULT_NAMES.join(', ')}, got another.`),
        value('on') === '1',
      )
      return json(response, 200, await world.faults.on())
    }
    case 'GET /api/samples':
      return json(response, 200, [...(await world.samples()).keys()])
    case 'GET /api/sample': {
      const bytes = (await world.samples()).get(value('name'))
      if (bytes === undefined) throw new ApiError(404, 'Expected the name of a drawn picture, got another.')
      response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': bytes.length })
      response.end(bytes)
      return undefined
    }
    default:
      throw new ApiError(404, 'Expected a call of this page, got another.')
  }
}

function refuse(message: string): never {
  throw new ApiError(400, message)
}

/** Types a browser shows and nothing else; all that could be a document is bytes. */
const SHOWN = /^image\/(?:jpeg|png|webp|avif|gif|bmp|tiff|svg\+xml)$/

/** An object of a bucket is never a document of this origin: sandboxed, typed as a picture or as bytes, not to be guessed. */
async function pass(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const type = answer.headers['content-type'] ?? ''
  const length = answer.headers['content-length']
  response.writeHead(200, {
    'Content-Type': SHOWN.test(type) ? type : 'application/octet-stream',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'Content-Disposition': 'attachment',
    'X-Upstream-Status': String(answer.statusCode),
    ...(length === undefined ? {} : { 'Content-Length': length }),
  })
  await pipeline(answer, response)
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}
