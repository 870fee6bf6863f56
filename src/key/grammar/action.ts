import { KeyFault, quote } from '../fault.ts'
import { didYouMean } from '../nearest.ts'
import type { Parameter, ParameterTable, Values } from './parameter.ts'

/** An operation of whatever action; what a grammar reads and prints. */
export interface AnyOperation {
  readonly action: string
}

/** What one step of a key meant. */
export interface ReadStep {
  readonly operation: AnyOperation
  /** Parameters that were given but have no effect beside the others, e.g. `l` beside `w`. */
  readonly ignored: readonly string[]
}

/** What the rest of the program sees of an action, whatever its parameters are. */
export interface Action<N extends string = string, P extends ParameterTable = ParameterTable> {
  readonly name: N
  readonly parameters: P
  /** Set where the only parameter may be written without its letter: `rotate,90` beside `rotate,a_90`. */
  readonly single: Single | undefined
  /** The action is the whole request: `info`. */
  readonly alone: boolean
  /** Says something about the whole request, wherever it stands, and the last one counts: `format`. */
  readonly setting: boolean
  /** @throws KeyFault `bad_operation`. */
  read(parts: readonly string[]): ReadStep
  /** The canonical spelling. */
  print(operation: AnyOperation): string
}

interface Single {
  /** The letter in front of the value in the named spelling (that of EsunR's keys and of Baidu BOS). */
  readonly letter: string
  /** Which of the two spellings is canonical. */
  readonly canonical: 'bare' | 'named'
}

interface ActionSpec<N extends string, P extends ParameterTable> {
  readonly name: N
  /** With `single`: exactly one, called `value`. */
  readonly parameters: P
  readonly single?: Single
  readonly alone?: boolean
  readonly setting?: boolean
  /** What is wrong with the combination, as a message «Expected …, got …»; nothing if all is well. */
  check?(values: Values<P>): string | undefined
  /** Parameters that the documents say are ignored beside the others; they are reset, and reported if given. */
  ignored?(values: Values<P>): readonly (keyof P & string)[]
  /** Parameters whose every value gives the same picture here; they are reset silently, for one canonical spelling. */
  neutral?(values: Values<P>): readonly (keyof P & string)[]
}

export type OperationOf<A> =
  A extends Action<infer N, infer P>
    ? { readonly action: N } & { readonly [K in keyof Values<P>]: Values<P>[K] }
    : never

/** An action from its table of parameters; see `actions/` for what one looks like. */
export function defineAction<const N extends string, P extends ParameterTable>(spec: ActionSpec<N, P>): Action<N, P> {
  const { name, parameters, single } = spec
  // ASCII order, so that a parameter added later does not reorder what is already stored.
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))

  function subject(parameter: string): string {
    return single ? name : `${name} ${parameter}`
  }

  function readParts(parts: readonly string[]): Record<string, unknown> {
    const given: Record<string, unknown> = {}
    if (single && parts.length > 1) {
      throw new KeyFault('bad_operation', `Expected one value for ${name}, got ${quote(parts.join(','))}`, name)
    }
    for (const part of parts) {
      const [parameter, text] = single ? ['value', bareValue(part, single)] : splitPart(name, part)
      const known = Object.hasOwn(parameters, parameter) ? parameters[parameter] : undefined
      if (known === undefined) throw unknownParameter(name, parameter, Object.keys(parameters))
      // Baidu documents that a parameter may not be repeated; last-wins would give one request many spellings.
      if (Object.hasOwn(given, parameter)) {
        throw new KeyFault('bad_operation', `Expected ${subject(parameter)} once, got it twice`, subject(parameter))
      }
      given[parameter] = readValue(subject(parameter), known, text)
    }
    return given
  }

  return {
    name,
    parameters,
    single,
    alone: spec.alone ?? false,
    setting: spec.setting ?? false,

    read(parts) {
      const given = readParts(parts)
      const values: Record<string, unknown> = {}
      for (const [parameter, { presence, fallback, kind }] of sorted) {
        const value = given[parameter] ?? fallback
        if (value !== undefined) values[parameter] = value
        else if (presence === 'required') {
          const message = `Expected ${subject(parameter)} to be ${kind.expected}, got nothing`
          throw new KeyFault('bad_operation', message, subject(parameter))
        }
      }
      const complete = values as Values<P>
      const complaint = spec.check?.(complete)
      if (complaint !== undefined) throw new KeyFault('bad_operation', complaint, name)
      const ignored = spec.ignored?.(complete) ?? []
      const reported = ignored.filter((p) => given[p] !== undefined && given[p] !== parameters[p]?.fallback)
      for (const parameter of [...ignored, ...(spec.neutral?.(complete) ?? [])]) {
        const fallback = parameters[parameter]?.fallback
        if (fallback === undefined) delete values[parameter]
        else values[parameter] = fallback
      }
      return { operation: { action: name, ...values }, ignored: reported }
    },

    print(operation) {
      const values: Readonly<Record<string, unknown>> = { ...operation }
      if (single) {
        const text = parameters.value?.kind.print(values.value) ?? ''
        // An action's only value is always spelled out: `bright` alone would be read as a mistake.
        return single.canonical === 'named' ? `${name},${single.letter}_${text}` : `${name},${text}`
      }
      let text: string = name
      for (const [parameter, { fallback, kind }] of sorted) {
        const value = values[parameter]
        if (value !== undefined && value !== fallback) text += `,${parameter}_${kind.print(value)}`
      }
      return text
    },
  }
}

function bareValue(part: string, single: Single): string {
  const prefix = `${single.letter}_`
  return part.startsWith(prefix) ? part.slice(prefix.length) : part
}

/** The first `_` separates name from value. */
function splitPart(action: string, part: string): [string, string] {
  const at = part.indexOf('_')
  if (at <= 0) {
    throw new KeyFault(
      'bad_operation',
      `Expected the parameters of ${action} as name_value, got ${quote(part)}`,
      action,
    )
  }
  return [part.slice(0, at), part.slice(at + 1)]
}

function unknownParameter(action: string, parameter: string, known: readonly string[]): KeyFault {
  const expected = known.length === 0 ? `no parameters for ${action}` : `a parameter of ${action} (${known.join(', ')})`
  const message = `Expected ${expected}, got ${quote(parameter)}${didYouMean(parameter, known)}`
  return new KeyFault('bad_operation', message, action)
}

function readValue(subject: string, parameter: Parameter<unknown>, text: string): unknown {
  const { kind } = parameter
  const value = kind.parse(text)
  if (value !== undefined) return value
  const message = `Expected ${subject} to be ${kind.expected}, got ${quote(text)}${kind.hint?.(text) ?? ''}`
  throw new KeyFault('bad_operation', message, subject)
}
