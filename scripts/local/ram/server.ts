// The local RAM: an HTTP server that speaks as much of the RAM API as it takes to give two functions their roles.

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { DEFAULT_OWNER, type KnownKey } from '../oss/auth/credentials.ts'
import { evaluatePolicy, type RamPolicy } from '../oss/auth/policy.ts'
import { RamError } from './error.ts'
import { OPERATIONS } from './operations.ts'
import { authenticate, type SignedCall } from './signature.ts'
import { policyOfRole, readPolicy, type RamState } from './state.ts'

export interface RamOptions {
  /** 0 picks a free one. */
  port: number
  /** Keys of whoever calls; those of a session may do what its policy allows, others everything. */
  key(accessKeyId: string): KnownKey | undefined
  /** Milliseconds since the epoch. */
  now?: () => number
}

export interface LocalRam {
  /** http://127.0.0.1:port */
  url: string
  port: number
  /** Everything the role may do at this moment; nothing where there is no such role. */
  policyOf(roleName: string): RamPolicy
  /** A role as setup would make it: with a policy of its own name. Replaces what was there. */
  seed(roleName: string, trust: object, policy: object): void
  /** Names of the calls answered with 200, oldest first. */
  calls: readonly string[]
  close(): Promise<void>
}

const VERSION = '2015-05-01'
const MOST_BODY_BYTES = 64 * 1024
const KEPT_CALLS = 1000
const NONCE_MS = 15 * 60_000

/** Starts the server on 127.0.0.1. Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-ram-2015-05-01-overview */
export async function startRam({ port, key, now = Date.now }: RamOptions): Promise<LocalRam> {
  const state: RamState = { roles: new Map(), policies: new Map() }
  const calls: string[] = []
  const nonces = new Map<string, number>()
  const time = () => new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z')

  const freshNonce = (nonce: string): boolean => {
    for (const [old, at] of nonces) if (at < now() - 2 * NONCE_MS) nonces.delete(old)
    if (nonces.has(nonce)) return false
    nonces.set(nonce, now())
    return true
  }

  async function answer(request: IncomingMessage): Promise<Record<string, unknown>> {
    const call = await readCall(request)
    const caller = authenticate(call, { key, now, freshNonce })
    const parameters = Object.fromEntries([...call.query, ...new URLSearchParams(call.body.toString())])
    const version = call.headers['x-acs-version']
    if (version !== VERSION) throw new RamError(400, 'InvalidVersion', `Expected version ${VERSION}, got ${version}.`)
    const name = call.headers['x-acs-action'] ?? ''
    const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined
    if (!operation) throw new RamError(404, 'InvalidAction.NotFound', `The local RAM does not have ${name}.`)
    for (const resource of operation.resources(parameters)) permit(caller, `ram:${name}`, resource)
    const result = operation.run(parameters, { state, accountId: caller.ownerId, now: time })
    calls.push(name)
    if (calls.length > KEPT_CALLS) calls.shift()
    return result
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const RequestId = randomUUID().toUpperCase()
    const send = (status: number, body: Record<string, unknown>) =>
      response
        .writeHead(status, { 'Content-Type': 'application/json;charset=utf-8', 'x-acs-request-id': RequestId })
        .end(JSON.stringify({ ...body, RequestId }))
    try {
      send(200, await answer(request))
    } catch (error) {
      const known = error instanceof RamError ? error : new RamError(500, 'InternalError', String(error))
      send(known.status, { Code: known.code, Message: known.message, HostId: 'ram.aliyuncs.com', ...known.detail })
    }
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    calls,
    policyOf: (roleName) => policyOfRole(state, roleName),
    seed(roleName, trust, policy) {
      const document = JSON.stringify(policy)
      readPolicy(document)
      const created = time()
      const attached = [{ name: roleName, type: 'Custom' as const, date: created }]
      const dates = { description: '', created, updated: created }
      const versions = [{ id: 'v1', document, created }]
      state.policies.set(roleName, { name: roleName, ...dates, defaultVersion: 'v1', versions, made: 1 })
      state.roles.set(roleName, { name: roleName, trust: JSON.stringify(trust), ...dates, attached })
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @throws RamError 403 NoPermission, with what was asked, as the real service says it. */
function permit({ session, ownerId }: KnownKey, action: string, resource: string): void {
  if (!session) return
  const world = { region: '', ownerId: ownerId || DEFAULT_OWNER }
  if (evaluatePolicy(session.policy, { action, resource, facts: {} }, world) === 'allow') return
  throw new RamError(
    403,
    'NoPermission',
    `You are not authorized to do this action. Resource: acs:ram:*:${ownerId}:${resource} Action: ${action}`,
    { AccessDeniedDetail: { AuthAction: action, AuthPrincipalType: 'SubUser', NoPermissionType: 'ImplicitDeny' } },
  )
}

async function readCall(request: IncomingMessage): Promise<SignedCall> {
  const url = new URL(request.url ?? '/', 'http://ram')
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) throw new RamError(400, 'InvalidParameter', 'Expected a smaller body.')
    chunks.push(chunk)
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: [...url.searchParams],
    headers,
    body: Buffer.concat(chunks),
  }
}
