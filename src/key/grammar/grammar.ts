import { KeyFault, quote } from '../fault.ts'
import { didYouMean } from '../nearest.ts'
import type { Action, AnyOperation, ReadStep } from './action.ts'

/**
 * Most steps in one request. Baidu BOS documents 16 for the same grammar (cloud.baidu.com/doc/BOS/s/7ldh5wpk6); OSS names
 * no number. Without one, a key of 1,023 bytes could ask for over a hundred blurs.
 */
export const MAX_STEPS = 16

/** Most picture marks in one request (OSS, error 0040-00000026). */
const MAX_IMAGE_MARKS = 3

/** The actions that keys may ask for, by name. */
export interface Grammar {
  readonly actions: ReadonlyMap<string, Action>
}

export function grammarOf(actions: readonly Action[]): Grammar {
  return { actions: new Map(actions.map((action) => [action.name, action])) }
}

export interface ReadChain {
  /** Steps in the order asked for, then the settings; see `settingsLast`. */
  readonly operations: readonly AnyOperation[]
  /** `resize l` and the like: given, but without effect beside the others; and settings that a later one overrides. */
  readonly ignored: readonly string[]
}

/**
 * Operations from the texts of their steps (`resize,w_100`).
 * @throws KeyFault `bad_operation` that names the action or parameter, what was expected and what was given.
 */
export function readSteps(steps: readonly string[], grammar: Grammar): ReadChain {
  if (steps.length > MAX_STEPS) {
    throw new KeyFault('bad_operation', `Expected at most ${MAX_STEPS} steps, got ${steps.length}`)
  }
  const operations: AnyOperation[] = []
  const ignored: string[] = []
  for (const step of steps) {
    const { operation, ignored: unused } = readStep(step, grammar)
    operations.push(operation)
    for (const parameter of unused) ignored.push(`${operation.action} ${parameter}`)
  }
  checkTogether(operations, grammar)
  const sorted = settingsLast(operations, grammar)
  for (const operation of sorted.overridden) ignored.push(actionOf(operation.action, grammar).print(operation))
  return { operations: sorted.operations, ignored }
}

/**
 * The same request with its settings in one place: behind the steps, in ASCII order of their names, each once (the last one
 * counts), without those that say what holds anyway. Where nothing else is asked for, one of these stays: an original with
 * operations is another request than the original alone.
 */
function settingsLast(
  operations: readonly AnyOperation[],
  grammar: Grammar,
): { operations: readonly AnyOperation[]; overridden: readonly AnyOperation[] } {
  const isSetting = ({ action }: AnyOperation): boolean => actionOf(action, grammar).setting
  const given = operations.filter(isSetting)
  const last = [...new Map(given.map((setting) => [setting.action, setting])).values()].sort((a, b) =>
    a.action < b.action ? -1 : 1,
  )
  const telling = operations
    .filter((operation) => !isSetting(operation))
    .concat(last.filter((setting) => !saysDefault(setting, actionOf(setting.action, grammar))))
  return {
    operations: telling.length === 0 ? last : telling,
    overridden: given.filter((setting) => !last.includes(setting)),
  }
}

function saysDefault(operation: AnyOperation, { parameters }: Action): boolean {
  const values: Readonly<Record<string, unknown>> = { ...operation }
  return Object.entries(parameters).every(([name, { fallback }]) => values[name] === fallback)
}

function readStep(step: string, grammar: Grammar): ReadStep {
  const [name = '', ...parts] = step.split(',')
  return actionOf(name, grammar).read(parts)
}

function actionOf(name: string, grammar: Grammar): Action {
  const action = grammar.actions.get(name)
  if (action) return action
  const known = [...grammar.actions.keys()]
  const message = `Expected an action (${known.join(', ')}), got ${quote(name)}${didYouMean(name, known)}`
  throw new KeyFault('bad_operation', message)
}

function checkTogether(operations: readonly AnyOperation[], grammar: Grammar): void {
  const loner = operations.find(({ action }) => grammar.actions.get(action)?.alone)
  if (loner && operations.length > 1) {
    const message = `Expected ${loner.action} alone, got it among ${operations.length} steps`
    throw new KeyFault('bad_operation', message, loner.action)
  }
  const marks = operations.filter((operation) => operation.action === 'watermark' && 'image' in operation).length
  if (marks > MAX_IMAGE_MARKS) {
    throw new KeyFault('bad_operation', `Expected at most ${MAX_IMAGE_MARKS} picture marks, got ${marks}`, 'watermark')
  }
}

/** The canonical texts of the steps, in their order. */
export function printSteps(operations: readonly AnyOperation[], grammar: Grammar): string[] {
  return operations.map((operation) => actionOf(operation.action, grammar).print(operation))
}
