import { createHmac } from 'node:crypto'
import { KeyFault, type KeyFaultCode } from '../../src/key/fault.ts'
import type { KeySettings } from '../../src/key/settings.ts'

/** Everything switched on, nothing forbidden. */
export const OPEN: KeySettings = {
  dialects: ['suffix', 'style', 'size-prefix'],
  styles: {
    small: 'image/resize,w_100',
    hero: 'image/resize,m_fill,w_1200,h_400/format,f_auto',
    'thumb-1.x': 'image/resize,s_80/quality,Q_60',
  },
  allow: 'open',
}

/** HMAC-SHA-256 as the function passes it in. */
export function hmac(secret: string, message: string): Uint8Array {
  return createHmac('sha256', secret).update(message).digest()
}

/** The fault that the call ends in; fails if it ends in none, or in an error of another kind. */
export function faultOf(call: () => unknown): KeyFault {
  try {
    call()
  } catch (error) {
    if (error instanceof KeyFault) return error
    throw error
  }
  throw new Error('Expected a KeyFault, got a result')
}

export function codeOf(call: () => unknown): KeyFaultCode {
  return faultOf(call).code
}
