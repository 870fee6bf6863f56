// Steps as they are being edited: texts, right or wrong.
import { type ActionName, grammar } from '../../../../../src/key/actions/list.ts'
import { fromBase64url, toBase64url } from '../../../../../src/key/base64url.ts'
import { joinSuffix } from '../../../../../src/key/dialects/suffix.ts'
import { type Field, FORMS } from './forms.ts'

export interface Draft {
  /** Tells steps apart while they are moved. */
  id: number
  action: ActionName
  /** By name of the field; empty or missing: left out. */
  values: Readonly<Record<string, string>>
}

const PROCESS = '?x-oss-process=image/resize,P_'
let lastId = 0

export function newDraft(action: ActionName, values?: Readonly<Record<string, string>>): Draft {
  lastId += 1
  const first = Object.fromEntries(FORMS[action].fields.map(({ name, first }) => [name, first]))
  return { id: lastId, action, values: values ?? first }
}

/** The step as it stands in a key: `resize,m_fill,w_200`. What is as it begins anyway may be spelled out. */
export function stepText({ action, values }: Draft): string {
  const parts = FORMS[action].fields.flatMap((field) => {
    const part = partText(field, values)
    return part === undefined ? [] : [part]
  })
  return [action, ...parts].join(',')
}

function partText({ name, kind }: Field, values: Readonly<Record<string, string>>): string | undefined {
  const value = values[name] ?? ''
  // Not a parameter itself: it is part of the picture's own.
  if (value === '' || name === 'scale') return undefined
  if (kind === 'photo') {
    const scale = values['scale'] ?? ''
    return `${name}_${toBase64url(scale === '' ? value : `${value}${PROCESS}${scale}`)}`
  }
  if (kind === 'text') return `${name}_${toBase64url(value)}`
  return name === 'value' ? value : `${name}_${value}`
}

/** The key that asks for the steps, in whatever order and however wrong they are. */
export function draftKey(sourceKey: string, drafts: readonly Draft[]): string {
  return joinSuffix({ sourceKey, steps: drafts.map(stepText) }, (name) => grammar.actions.has(name))
}

/** A step of a key as a draft; undefined for what the forms cannot hold. */
export function draftOf(step: string): Draft | undefined {
  const [name = '', ...parts] = step.split(',')
  if (!Object.hasOwn(FORMS, name)) return undefined
  const action = name as ActionName
  const { fields } = FORMS[action]
  const values: Record<string, string> = {}
  const only = fields[0]?.name === 'value'
  for (const part of parts) {
    const at = part.indexOf('_')
    const parameter = only ? 'value' : part.slice(0, at)
    const field = fields.find((one) => one.name === parameter)
    if (field === undefined) return undefined
    const text = only ? part.replace(/^[a-z]_/, '') : part.slice(at + 1)
    if (field.kind !== 'photo' && field.kind !== 'text') {
      values[parameter] = text
      continue
    }
    const decoded = fromBase64url(text) ?? ''
    const scaled = decoded.lastIndexOf(PROCESS)
    values[parameter] = scaled < 0 ? decoded : decoded.slice(0, scaled)
    if (scaled >= 0) values['scale'] = decoded.slice(scaled + PROCESS.length)
  }
  return newDraft(action, values)
}
