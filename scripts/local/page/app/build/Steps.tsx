import { useState } from 'preact/hooks'

import { ACTION_DOCS } from '../../../../../src/key/actions/docs.ts'
import type { ActionName } from '../../../../../src/key/actions/list.ts'
import { Icon } from '../parts/Icon.tsx'
import { useWords } from '../words/words.ts'
import { type Draft, newDraft } from './draft.ts'
import { FieldInput } from './FieldInput.tsx'
import { type Field, FORMS } from './forms.ts'

const NAMES = Object.keys(FORMS) as ActionName[]

interface StepsFacts {
  drafts: readonly Draft[]
  onChange: (drafts: readonly Draft[]) => void
  /** Keys that a watermark may be made of. */
  photos: readonly string[]
}

export function Steps({ drafts, onChange, photos }: StepsFacts) {
  const { say, language } = useWords()
  const [isOpen, setOpen] = useState(false)
  const nameOf = (action: ActionName) => (language === 'en' ? action : (ACTION_DOCS[action]?.about.zh ?? action))
  const swap = (at: number, other: number) => {
    const [one, two] = [drafts[at], drafts[other]]
    if (one !== undefined && two !== undefined) onChange(drafts.with(at, two).with(other, one))
  }
  const offered = NAMES.filter((name) => isOpen || FORMS[name].isCommon === true)

  return (
    <div class="steps">
      <h2>{say('steps')}</h2>
      {drafts.length === 0 ? <p class="muted">{say('noSteps')}</p> : null}
      <ol>
        {drafts.map((draft, at) => {
          const name = nameOf(draft.action)
          return (
            <li key={draft.id} data-action={draft.action}>
              <div class="step-head">
                <span class="step-number">{at + 1}</span>
                <strong>{name}</strong>
                <button
                  type="button"
                  class="quiet icon-only"
                  disabled={at === 0}
                  aria-label={say('moveUp', { name })}
                  onClick={() => swap(at, at - 1)}
                >
                  <Icon name="up" />
                </button>
                <button
                  type="button"
                  class="quiet icon-only"
                  disabled={at === drafts.length - 1}
                  aria-label={say('moveDown', { name })}
                  onClick={() => swap(at, at + 1)}
                >
                  <Icon name="down" />
                </button>
                <button
                  type="button"
                  class="quiet icon-only"
                  aria-label={say('removeStep', { name })}
                  onClick={() => onChange(drafts.toSpliced(at, 1))}
                >
                  <Icon name="close" />
                </button>
              </div>
              <StepFields
                draft={draft}
                photos={photos}
                onChange={(values) => onChange(drafts.with(at, { ...draft, values }))}
              />
            </li>
          )
        })}
      </ol>
      <div class="add" role="group" aria-label={say('addStep')}>
        <h3>{say('addStep')}</h3>
        <div class="row">
          {offered.map((name) => (
            <button
              key={name}
              type="button"
              class="chip"
              data-add={name}
              onClick={() => onChange([...drafts, newDraft(name)])}
            >
              {nameOf(name)}
            </button>
          ))}
          <button type="button" class="chip quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? '−' : '…'}
            <span class="sr">{say('addStep')}</span>
          </button>
        </div>
      </div>
    </div>
  )
}

interface StepFieldsFacts {
  draft: Draft
  photos: readonly string[]
  onChange: (values: Draft['values']) => void
}

function StepFields({ draft: { action, values }, photos, onChange }: StepFieldsFacts) {
  const { say } = useWords()
  const { fields } = FORMS[action]
  const inputs = (some: readonly Field[]) => (
    <div class="fields">
      {some.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          photos={photos}
          onChange={(value) => onChange({ ...values, [field.name]: value })}
        />
      ))}
    </div>
  )
  const rare = fields.filter(({ isRare }) => isRare === true)
  if (fields.length === 0) return null
  return (
    <>
      {inputs(fields.filter(({ isRare }) => isRare !== true))}
      {rare.length === 0 ? null : (
        <details class="more-fields">
          <summary>{say('moreFields')}</summary>
          {inputs(rare)}
        </details>
      )}
    </>
  )
}
