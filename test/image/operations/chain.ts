import { grammar } from '../../../src/key/actions/list.ts'
import { readSteps } from '../../../src/key/grammar/grammar.ts'
import type { Operation } from '../../../src/image/operations/types.ts'
import { render, type Rendered, type RenderOptions } from '../../../src/image/render.ts'

export const LIMITS = { maxSourcePixels: 50_000_000, maxOutputPixels: 16_777_216 }

export const OPTIONS: RenderOptions = {
  quality: 'balanced',
  limits: LIMITS,
  msLeft: 20_000,
  fetchMark: (key) => Promise.reject(new Error(`Expected no mark to be fetched, got ${key}`)),
}

/** Operations as a key spells them, with `/` between actions. Throws KeyFault. */
export function operations(chain: string): readonly Operation[] {
  return readSteps(chain.split('/'), grammar).operations as readonly Operation[]
}

export function run(source: Buffer, chain: string, options: Partial<RenderOptions> = {}): Promise<Rendered> {
  return render(source, operations(chain), { ...OPTIONS, ...options })
}
