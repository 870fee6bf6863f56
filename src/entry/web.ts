// Function Compute's custom runtime: an HTTP server on 0.0.0.0:9000.
// https://help.aliyun.com/zh/functioncompute/fc/user-guide/web-functions
import './worker-ahead.ts'
import './heap.ts'

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'

import { loadConfig } from '../config.ts'
import { contextFromEnvironment, credentialsFrom, type Context, runsInFunctionCompute } from '../context.ts'
import { invoke } from './invoke.ts'
import { originFrom } from './origin-from.ts'
import { send } from './send.ts'

const inFunctionCompute = runsInFunctionCompute(process.env)
const write = (text: string) => process.stdout.write(text)

function start(): void {
  const config = loadConfig(process.env, inFunctionCompute)
  const { origin, freshness, log } = originFrom(config, write)

  const server = createServer((request, response) => {
    const context = contextOf(request)
    const handling = isEvent(request)
      ? invoke(request, response, { origin, freshness }, context)
      : origin
          .handle(
            { method: request.method ?? '', rawPath: pathOf(request), mirrorSecret: one(request, 'x-mirror-secret') },
            context,
          )
          .then((answer) => send(answer, response, request.method === 'HEAD'))
    handling.catch((error: unknown) => {
      // Nothing is meant to get here. A broken connection can never be taken for a picture.
      log.notice('error', `answer failed: ${error instanceof Error ? error.name : typeof error}`)
      response.destroy()
    })
  })
  // Function Compute keeps its connections and repeats a GET when one breaks: it has to be the one who closes them.
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  server.headersTimeout = 0
  server.maxHeadersCount = 200
  const port = Number(process.env['FC_CUSTOM_LISTEN_PORT'] ?? 9000)
  // The local gateway runs several instances on one machine and keeps them on the loopback interface.
  const host = process.env['OSS_IMAGE_ORIGIN_LISTEN_HOST'] ?? '0.0.0.0'
  server.listen(port, host, () => {
    const address = server.address()
    const bound = typeof address === 'object' && address !== null ? address.port : port
    log.notice('info', `listening on ${host}:${bound}, node ${process.version}`)
  })
  process.once('SIGTERM', () => server.close(() => process.exit(0)))
}

/** x-fc-* headers are the platform's word only behind the platform, which strips a caller's own. */
function contextOf(request: IncomingMessage): Context {
  const given = inFunctionCompute ? one(request, 'x-fc-request-id') : undefined
  const requestId = given !== undefined && /^[\w-]{1,100}$/.test(given) ? given : randomUUID()
  const context = contextFromEnvironment(process.env, requestId)
  if (!inFunctionCompute) return context
  const fromHeaders = credentialsFrom(
    one(request, 'x-fc-access-key-id'),
    one(request, 'x-fc-access-key-secret'),
    one(request, 'x-fc-security-token'),
  )
  // Runtimes on Debian 11 and later leave the token out, and a role's keys are worth nothing without it.
  return fromHeaders?.securityToken === undefined ? context : { ...context, credentials: fromHeaders }
}

/** POST /invoke is an event only when Function Compute says so; from a caller it is a POST like any other (405). */
function isEvent(request: IncomingMessage): boolean {
  return inFunctionCompute && request.method === 'POST' && one(request, 'x-fc-control-path') === '/invoke'
}

/** The path without the query; also of a request in absolute form. */
function pathOf(request: IncomingMessage): string {
  const target = (request.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '')
  return target.split('?', 1)[0] ?? ''
}

function one(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

try {
  start()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
