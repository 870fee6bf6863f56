// Endpoints for developers, on paths no bucket can have (a bucket's name does not begin with a hyphen).

import type { IncomingMessage, ServerResponse } from 'node:http'
import { OssError } from './error.ts'
import { answerFaults } from './faults/admin.ts'
import type { Faults } from './faults/faults.ts'
import type { QueryPair } from './http/address.ts'
import type { MirrorFacts } from './mirror/facts.ts'
import type { RequestLog } from './requests.ts'
import type { Switches } from './switches.ts'

export interface AdminRequest {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: readonly QueryPair[]
}

export interface AdminWorld {
  requests: RequestLog
  mirrored: readonly MirrorFacts[]
  faults: Faults
  switches: Switches
}

/**
 * | path | answers |
 * |---|---|
 * | GET /-/requests?last=N | `{total, entries, mirrored}`, newest last |
 * | DELETE /-/requests | forgets them |
 * | GET, POST, DELETE /-/faults | see faults/admin.ts |
 * | GET /-/switches | the switches as they are; they are changed in the process only |
 */
export function answerAdmin(admin: AdminRequest, world: AdminWorld): void {
  answer(admin, world).catch((error: unknown) => {
    const known = error instanceof OssError ? error : new OssError(500, 'InternalError', String(error))
    json(admin.response, known.status, { code: known.code, message: known.message })
  })
}

async function answer({ request, response, path, query }: AdminRequest, world: AdminWorld): Promise<void> {
  // The server listens on loopback only; a page in a browser must still not reach this by a name it controls.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '')
  if (!['localhost', '127.0.0.1', '[::1]'].includes(host))
    throw new OssError(403, 'AccessDenied', 'Expected a loopback host.')
  const call = `${request.method} ${path}`
  if (path === '/-/faults') {
    await answerFaults(world.faults, request, response)
  } else if (call === 'GET /-/requests') {
    const last = Number(query.find(({ name }) => name === 'last')?.value ?? 1000)
    const entries = world.requests.entries().slice(-last)
    json(response, 200, { total: world.requests.total, entries, mirrored: world.mirrored.slice(-last) })
  } else if (call === 'DELETE /-/requests') {
    world.requests.clear()
    json(response, 200, {})
  } else if (call === 'GET /-/switches') {
    json(response, 200, world.switches)
  } else throw new OssError(404, 'NotFound', 'Expected /-/requests, /-/faults or /-/switches.')
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(value))
}
