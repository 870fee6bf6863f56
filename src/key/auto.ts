import type { Operation } from './actions/list.ts'

/** What `format,f_auto` becomes in front of the bucket; `source` keeps the original's format. */
export type SettledFormat = 'avif' | 'webp' | 'source'

const AUTO = 'format,f_auto'
const SETTLED = ['format,f_avif', 'format,f_webp']

/** The operations with every `format,f_auto` settled: replaced, or left out where the source's format stays. */
export function settleAuto(operations: readonly Operation[], format: SettledFormat): Operation[] {
  return operations.flatMap((operation): Operation[] => {
    if (operation.action !== 'format' || operation.value !== 'auto') return [operation]
    return format === 'source' ? [] : [{ action: 'format', value: format }]
  })
}

/**
 * The canonical steps themselves, and those with one `format,f_auto` that can have become them. A permission (a style, a
 * signature) for a key with `f_auto` holds for what the edge makes of it, which is three keys at most.
 */
export function stepsBeforeSettling(steps: readonly string[]): (readonly string[])[] {
  const before: (readonly string[])[] = [steps]
  steps.forEach((step, at) => {
    if (SETTLED.includes(step)) before.push(steps.with(at, AUTO))
  })
  for (let at = 0; at <= steps.length; at++) before.push(steps.toSpliced(at, 0, AUTO))
  return before
}
