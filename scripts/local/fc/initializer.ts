import { callInstance, platformHeaders } from './call.ts'
import { asFailure, PlatformFailure } from './failure.ts'
import type { Instance } from './instance.ts'
import { newRequestId } from './ledger.ts'
import type { GatewayOptions, GatewaySwitches } from './spec.ts'

/**
 * The initializer hook of a custom runtime: POST /initialize once per instance, 2xx is success.
 * Undefined when the function has none. Source: Function Compute, "Lifecycle hooks for instances in a custom runtime".
 */
export function initializerOf(
  options: GatewayOptions,
  switches: GatewaySwitches,
): ((instance: Instance) => Promise<void>) | undefined {
  const hook = options.function.initializer
  if (!hook || options.function.runtime === 'nodejs20') return undefined
  return async (instance) => {
    const headers = platformHeaders(options, switches, newRequestId(), '/initialize')
    headers.push(['Host', `127.0.0.1:${instance.port}`])
    const call = { method: 'POST', path: '/initialize', headers, body: Buffer.alloc(0) }
    try {
      const answer = await callInstance(instance, call, switches, AbortSignal.timeout(hook.timeoutSeconds * 1000))
      answer.resume()
      const status = answer.statusCode ?? 0
      if (status < 200 || status > 299) throw new Error(`status ${status}`)
    } catch (error) {
      const why = error instanceof Error ? error.message : asFailure(error).message
      throw new PlatformFailure('initializer', `Function instance could not be initialized: ${why}`)
    }
  }
}
