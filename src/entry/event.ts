// Function Compute's built-in Node.js runtime: index.handler.
// https://help.aliyun.com/zh/functioncompute/http-trigger-invoking-function
import { randomUUID } from 'node:crypto'

import { loadConfig } from '../config.ts'
import { contextFromEnvironment, credentialsFrom, type Context, runsInFunctionCompute } from '../context.ts'
import type { Origin } from '../origin.ts'
import { answerEvent, type HttpEventAnswer } from './http-event.ts'
import { originFrom } from './origin-from.ts'

/** The platform's context, as far as it is used. */
interface RuntimeContext {
  requestId?: string
  credentials?: { accessKeyId?: string; accessKeySecret?: string; securityToken?: string }
  function?: { name?: string; memory?: string | number }
  region?: string
}

let origin: Origin | undefined

/** Never throws: what an exception is answered with is the platform's choice, and may be 200. */
export async function handler(event: Buffer | string, runtime: RuntimeContext): Promise<HttpEventAnswer> {
  try {
    origin ??= originFrom(loadConfig(process.env, runsInFunctionCompute(process.env)), (text) =>
      process.stdout.write(text),
    ).origin
    return await answerEvent(Buffer.from(event as string), origin, contextOf(runtime))
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
