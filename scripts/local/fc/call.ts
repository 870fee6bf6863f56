import { request, type IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { PlatformFailure } from './failure.ts'
import { headerBytes, headerList, outgoing, type HeaderList } from './headers.ts'
import type { Instance } from './instance.ts'
import type { GatewayOptions, GatewaySwitches } from './spec.ts'

/** One request as an instance gets it. */
export interface FunctionCall {
  method: string
  /** Path and query. */
  path: string
  headers: HeaderList
  body: Buffer
}

// Function Compute, "Process exited unexpectedly before completing request": these are sent again after EOF or a reset.
// TRACE is named there too, but no trigger can carry it.
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS'])
// Function Compute, "Limits": headers of an answer.
const MAX_ANSWER_HEADER_BYTES = 8 * 1024
// A process that dies closes its sockets a moment before its end is reported.
const EXIT_GRACE_MS = 150

/** The headers the platform adds for a custom runtime. Source: "Context and log format", common request headers. */
export function platformHeaders(
  options: GatewayOptions,
  switches: GatewaySwitches,
  requestId: string,
  controlPath: '/http-invoke' | '/invoke' | '/initialize',
): HeaderList {
  const spec = options.function
  const keys = options.credentials()
  const headers: HeaderList = [
    ['X-Fc-Request-Id', requestId],
    ['X-Fc-Control-Path', controlPath],
    ['X-Fc-Function-Name', spec.name],
    ['X-Fc-Function-Handler', spec.handler ?? 'index.handler'],
    ['X-Fc-Function-Memory', String(spec.memoryMb)],
    ['X-Fc-Function-Timeout', String(spec.timeoutSeconds)],
    ['X-Fc-Region', options.region],
    ['X-Fc-Account-Id', options.accountId ?? '1'],
    ['X-Fc-Qualifier', 'LATEST'],
    ['X-Fc-Version-Id', ''],
    ['X-Fc-Service-Logproject', ''],
    ['X-Fc-Service-Logstore', ''],
  ]
  if (switches.credentialHeaders === 'none') return headers
  headers.push(['X-Fc-Access-Key-Id', keys.accessKeyId], ['X-Fc-Access-Key-Secret', keys.accessKeySecret])
  if (switches.credentialHeaders === 'all') headers.push(['X-Fc-Security-Token', keys.securityToken])
  return headers
}

/** Sends once; rejects with the socket's error or the signal's reason. */
async function sendOnce(instance: Instance, call: FunctionCall, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = outgoing(call.headers)
    if (call.body.length > 0 || !IDEMPOTENT.has(call.method)) headers['Content-Length'] = call.body.length
    const outward = request({
      host: '127.0.0.1',
      port: instance.port,
      method: call.method,
      path: call.path,
      headers,
      agent: instance.agent,
      setHost: !Object.keys(headers).some((name) => name.toLowerCase() === 'host'),
      signal,
    })
    outward.once('response', (answer) => {
      // Newer versions of Node's client obey the server's «Keep-Alive: timeout=1» and would hide that it closes idle connections.
      delete answer.headers['keep-alive']
      resolve(answer)
    })
    outward.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error))
    outward.end(call.body)
  })
}

function isConnectionLoss(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNREFUSED'
}

/** What to tell of a broken connection: the process ended, or it lives and only hung up. */
export async function connectionFailure(
  instance: Instance,
  startedMs: number,
  error: unknown,
): Promise<PlatformFailure> {
  await Promise.race([instance.exited, delay(EXIT_GRACE_MS, undefined, { ref: false })])
  if (!instance.end) {
    return new PlatformFailure('connection', `connection to the instance broke: ${(error as Error).message}`)
  }
  const memory = (instance.peakBytes / 1024 / 1024).toFixed(2)
  const facts = `(duration: ${Date.now() - startedMs}ms, maxMemoryUsage: ${memory}MB)`
  return new PlatformFailure('exit', `Process exited unexpectedly before completing request ${facts}`)
}

/**
 * Sends a call to an instance and resolves with the answer's head, its body still to be read.
 * Sends GET, HEAD and OPTIONS a second time, over a fresh connection, when the first attempt's connection broke.
 * Rejects with a PlatformFailure, or with the signal's reason.
 */
export async function callInstance(
  instance: Instance,
  call: FunctionCall,
  switches: GatewaySwitches,
  signal: AbortSignal,
  onRetry?: () => void,
): Promise<IncomingMessage> {
  const startedMs = Date.now()
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await sendOnce(instance, call, signal)
      if (headerBytes(headerList(answer)) <= MAX_ANSWER_HEADER_BYTES) return answer
      answer.destroy()
      throw new PlatformFailure('bad-response', `response headers exceed ${MAX_ANSWER_HEADER_BYTES} bytes`)
    } catch (error) {
      if (signal.aborted || error instanceof PlatformFailure) throw error
      // Node's own reader stops at 16 KB.
      if ((error as NodeJS.ErrnoException).code === 'HPE_HEADER_OVERFLOW') {
        throw new PlatformFailure('bad-response', `response headers exceed ${MAX_ANSWER_HEADER_BYTES} bytes`)
      }
      const failure = isConnectionLoss(error)
        ? await connectionFailure(instance, startedMs, error)
        : new PlatformFailure('bad-response', `the instance's answer is not HTTP: ${(error as Error).message}`)
      const again = switches.retry && attempt === 1 && IDEMPOTENT.has(call.method) && failure.kind === 'connection'
      if (!again) throw failure
      // What else lies in the pool was idle just as long and is as dead.
      for (const sockets of Object.values(instance.agent.freeSockets)) sockets?.forEach((socket) => socket.destroy())
      onRetry?.()
    }
  }
}
