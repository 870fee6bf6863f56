import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { passAnswer, readWhole, sendWhole, type AnswerTerms } from './answer.ts'
import { httpEvent, readHandlerAnswer, runHandler } from './builtin.ts'
import { callInstance, platformHeaders } from './call.ts'
import { asFailure, failureAnswer, PlatformFailure, type FailureKind } from './failure.ts'
import { headerList, passedToFunction } from './headers.ts'
import { initializerOf } from './initializer.ts'
import type { Instance } from './instance.ts'
import { createLedger, type GatewayCounters, type Invocation } from './ledger.ts'
import { createLogBook } from './log-book.ts'
import { createPool } from './pool.ts'
import { admit, functionPath, MAX_ASYNC_BODY_BYTES, MAX_BODY_BYTES, readBody } from './request-limits.ts'
import { DEFAULT_SWITCHES, type GatewayOptions, type GatewaySwitches, type LogLine } from './spec.ts'
import { createTurns } from './turn.ts'

/** The result of an SDK-style invocation. */
export interface InvokeResult {
  requestId: string
  /** 200: the function ran, see `errorType` for how it went. Otherwise the platform refused. */
  status: number
  /** X-Fc-Error-Type; undefined when the function succeeded. */
  errorType: string | undefined
  /** Why, when `errorType` is set by the platform. */
  failure: FailureKind | undefined
  body: Buffer
}

export interface Gateway {
  /** http://127.0.0.1:port, no slash at the end. */
  url: string
  port: number
  /** The newest 10,000 requests, oldest first; each is added when it is over. */
  invocations: readonly Invocation[]
  counters: Readonly<GatewayCounters>
  /** What instances wrote: of one instance, or of all. */
  logs(instance?: string): LogLine[]
  /** Change them at any time. */
  switches: GatewaySwitches
  instances(): readonly Pick<Instance, 'id' | 'pid' | 'port' | 'inFlight' | 'served' | 'frozen'>[]
  /** Ends an instance as a crash would. False when there is none of that id. */
  killInstance(id: string): Promise<boolean>
  /** Deploys the function anew with these environment variables changed or added. Readers need not notice. */
  update(environment: Record<string, string>): Promise<void>
  /** Invokes the function with an event, as an SDK or an event source does. Never rejects for what the function did. */
  invoke(event: Buffer): Promise<InvokeResult>
  close(): Promise<void>
}

// The last bytes of a log that X-Fc-Log-Type: Tail returns.
const LOG_TAIL_BYTES = 4096

/**
 * Starts a function the way Function Compute 3.0 does and puts its HTTP trigger on 127.0.0.1.
 * Source: the documents named in the files around this one; README.md says what is imitated and what is not.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const spec = options.function
  const switches: GatewaySwitches = { ...DEFAULT_SWITCHES, ...options.switches }
  const logs = createLogBook(options.onLog)
  const ledger = createLedger()
  const pool = await createPool(options, switches, logs, initializerOf(options, switches))
  const closing = new AbortController()
  const background = new Set<Promise<void>>()

  const onInstance = createTurns(options, pool)

  /** The trigger's request to the function; resolves with the bytes sent when the answer is out. */
  async function answerHttp(
    record: Invocation,
    request: IncomingMessage,
    body: Buffer,
    caller: AbortSignal,
    response: ServerResponse | undefined,
  ): Promise<number> {
    const headers = passedToFunction(headerList(request))
    const path = functionPath(record.path, switches)
    return onInstance(record, caller, async (instance, signal) => {
      const terms: AnswerTerms = { requestId: record.requestId, switches, logTail: tailOf(request, instance) }
      const platform = platformHeaders(options, switches, record.requestId, '/http-invoke')
      if (spec.runtime === 'nodejs20') {
        const event = httpEvent({
          method: record.method,
          url: path,
          headers,
          body,
          requestId: record.requestId,
          accountId: options.accountId ?? '1',
          sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
          time: new Date(),
        })
        const answer = readHandlerAnswer(await runHandler(instance, event, platform, switches, signal), switches)
        return response ? sendWhole(response, answer, terms) : 0
      }
      const call = { method: record.method, path, headers: [...headers, ...platform], body }
      const answer = await callInstance(instance, call, switches, signal, () => {
        record.retried = true
      })
      if (response) return passAnswer(response, answer, terms)
      return (await readWhole(answer, Number.POSITIVE_INFINITY)).length
    })
  }

  function tailOf(request: IncomingMessage, instance: Instance): (() => string) | undefined {
    if (String(request.headers['x-fc-log-type']).toLowerCase() !== 'tail') return undefined
    return () => {
      const text = logs.lines(instance.id).map((line) => line.text)
      return Buffer.from(text.join('\n')).subarray(-LOG_TAIL_BYTES).toString('base64')
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = ledger.open('http', request.method ?? 'GET', request.url ?? '/')
    const caller = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) caller.abort(new PlatformFailure('canceled', 'Invocation canceled by client'))
    })
    try {
      admit(request, spec)
      const isAsync = String(request.headers['x-fc-invocation-type']).toLowerCase() === 'async'
      const body = await readBody(request, isAsync ? MAX_ASYNC_BODY_BYTES : MAX_BODY_BYTES)
      record.bytesIn = body.length
      if (isAsync) {
        response.writeHead(202, { 'X-Fc-Request-Id': record.requestId, 'Content-Length': 0 }).end()
        await inBackground(answerHttp(record, request, body, closing.signal, undefined))
      } else {
        record.bytesOut = await answerHttp(record, request, body, caller.signal, response)
      }
      record.status = response.statusCode
    } catch (error) {
      fail(record, request, response, error)
    }
    ledger.close(record)
  }

  async function inBackground(work: Promise<unknown>): Promise<void> {
    const settled = work.then(
      () => undefined,
      () => undefined,
    )
    background.add(settled)
    await work.finally(() => background.delete(settled))
  }

  function fail(record: Invocation, request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const failure = asFailure(error)
    const { status, errorType, body } = failureAnswer(failure, record.requestId, switches)
    record.status = status
    record.failure = failure.kind
    record.errorType = errorType
    // A head without a sound rest must never look complete. The same, by switch, for an answer that was still being collected.
    const broke = !(error instanceof PlatformFailure) && switches.brokenAnswer === 'destroy'
    if (response.headersSent || broke || failure.kind === 'canceled') {
      response.destroy()
      return
    }
    // An unread body would be taken for the next request on this connection.
    if (!request.complete) response.shouldKeepAlive = false
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'X-Fc-Error-Type': errorType,
      'X-Fc-Request-Id': record.requestId,
      ...(switches.attachment ? { 'Content-Disposition': 'attachment' } : {}),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
    record.bytesOut = body.length
  }

  async function invoke(event: Buffer): Promise<InvokeResult> {
    const record = ledger.open('invoke', 'POST', '/invoke')
    record.bytesIn = event.length
    const requestId = record.requestId
    try {
      if (event.length > MAX_BODY_BYTES)
        throw new PlatformFailure('argument', `payload exceeds ${MAX_BODY_BYTES} bytes`)
      const result = await onInstance(record, closing.signal, async (instance, signal) => {
        const headers = platformHeaders(options, switches, requestId, '/invoke')
        if (spec.runtime === 'nodejs20') {
          return { body: await runHandler(instance, event, headers, switches, signal), failed: false }
        }
        headers.push(['Content-Type', 'application/octet-stream'], ['Host', `127.0.0.1:${instance.port}`])
        const call = { method: 'POST', path: '/invoke', headers, body: event }
        const answer = await callInstance(instance, call, switches, signal)
        // Status and headers are lost; x-fc-status alone says how it went.
        const told = answer.headers['x-fc-status']
        const body = await readWhole(answer, switches.maxAnswerBytes)
        return { body, failed: told !== undefined && String(told) !== '200' }
      })
      record.bytesOut = result.body.length
      record.errorType = result.failed ? 'UnhandledInvocationError' : undefined
      return { requestId, status: 200, errorType: record.errorType, failure: undefined, body: result.body }
    } catch (error) {
      const failure = asFailure(error)
      const answer = failureAnswer(failure, requestId, switches)
      record.failure = failure.kind
      record.errorType = answer.errorType
      // "2xx means received": an event source is told of a function's failure by the header alone.
      record.status = answer.errorType === 'FcCommonError' ? answer.status : 200
      return { requestId, status: record.status, errorType: answer.errorType, failure: failure.kind, body: answer.body }
    } finally {
      ledger.close(record)
    }
  }

  // Room beyond the documented limits, so that it is us who refuse, and not node:http with an answer of its own.
  const server = createServer({ maxHeaderSize: 512 * 1024, keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    invocations: ledger.invocations,
    get counters() {
      return { ...ledger.counters, ...pool.counters }
    },
    logs: (instance) => logs.lines(instance),
    switches,
    instances: () => pool.instances(),
    async killInstance(id) {
      const instance = pool.instances().find((one) => one.id === id)
      await instance?.kill('killed from outside')
      return instance !== undefined
    },
    update: (environment) => pool.update(environment),
    invoke,
    async close() {
      closing.abort(new PlatformFailure('canceled', 'gateway closed'))
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await pool.close()
      await Promise.all(background)
      await closed
    },
  }
}
