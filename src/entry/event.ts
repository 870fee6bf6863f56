// Function Compute's built-in Node.js runtime: index.handler.
// https://help.aliyun.com/zh/functioncompute/http-trigger-invoking-function
import { randomUUID } from 'node:crypto'
import { constants, setPriority } from 'node:os'

import { loadConfig } from '../config.ts'
import { contextFromEnvironment, credentialsFrom, type Context, runsInFunctionCompute } from '../context.ts'
import { parseOssEvent } from '../freshness/oss-event.ts'
import { answerEvent, type HttpEventAnswer } from './http-event.ts'
import { originFrom } from './origin-from.ts'

/** The platform's context, as far as it is used. */
interface RuntimeContext {
  requestId?: string
  credentials?: { accessKeyId?: string; accessKeySecret?: string; securityToken?: string }
  /** `timeout` in seconds. */
  function?: { name?: string; memory?: string | number; timeout?: string | number }
  region?: string
}

/** Of the function's time limit: before the platform ends the function, it says itself what it did not get done. */
const WORKING_SHARE = 0.95
/** Where the platform does not tell the limit. */
const USUAL_TIMEOUT_S = 300

let program: ReturnType<typeof originFrom> | undefined

/**
 * One event, of OSS or of HTTP.
 *
 * An HTTP event is always answered, never thrown at: what an exception is answered with is the platform's choice, may be 200,
 * and OSS would store it. An event of OSS is answered to nobody: there, throwing is how Function Compute learns that it has to
 * try again (https://help.aliyun.com/zh/functioncompute/fc/user-guide/retry-policies-for-asynchronous-invocations).
 */
export async function handler(event: Buffer | string, runtime: RuntimeContext): Promise<HttpEventAnswer | undefined> {
  const bytes = Buffer.from(event as string)
  const changes = parseOssEvent(bytes)
  if (changes === undefined) return answerHttp(bytes, runtime)
  stepBack()
  const limitMs = 1000 * (Number(runtime?.function?.timeout) || USUAL_TIMEOUT_S)
  await started().freshness.handle(changes, contextOf(runtime), Date.now() + WORKING_SHARE * limitMs)
  return undefined
}

/** Nobody waits for this. Where it shares a machine with those that somebody waits for (the local cloud), they go first. */
function stepBack(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // Not everywhere allowed, and nothing depends on it.
  }
}

function started(): NonNullable<typeof program> {
  program ??= originFrom(loadConfig(process.env, runsInFunctionCompute(process.env)), (text) =>
    process.stdout.write(text),
  )
  return program
}

async function answerHttp(event: Buffer, runtime: RuntimeContext): Promise<HttpEventAnswer> {
  try {
    return await answerEvent(event, started().origin, contextOf(runtime))
  } catch (error) {
    // Only settings can get here; they are named in the log, not to the caller.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    const body = JSON.stringify({
      code: 'misconfigured',
      message: 'The function is not set up; its log has the reason.',
    })
    return {
      statusCode: 500,
      headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' },
      isBase64Encoded: false,
      body,
    }
  }
}

function contextOf(runtime: RuntimeContext): Context {
  const context = contextFromEnvironment(process.env, runtime?.requestId ?? randomUUID())
  const given = runtime?.credentials
  const credentials = credentialsFrom(given?.accessKeyId, given?.accessKeySecret, given?.securityToken)
  return credentials === undefined ? context : { ...context, credentials }
}
