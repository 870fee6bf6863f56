import { useWords } from '../words/words.ts'
import type { Field } from './forms.ts'

interface FieldFacts {
  field: Field
  value: string
  photos: readonly string[]
  onChange: (value: string) => void
}

/** One parameter. Numbers are typed as text: what is wrong is for the grammar to say, and it needs to see it. */
export function FieldInput({ field, value, photos, onChange }: FieldFacts) {
  const { language } = useWords()
  const label = field.label[language]
  const given = ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement }) =>
    onChange(currentTarget.value)
  switch (field.kind) {
    case 'choice':
      return (
        <label>
          <span>{label}</span>
          <select name={field.name} value={value} onChange={given}>
            {field.options?.map(({ value, label }) => (
              <option key={value} value={value}>
                {label[language]}
              </option>
            ))}
          </select>
        </label>
      )
    case 'photo':
      return (
        <label class="wide">
          <span>{label}</span>
          <select name={field.name} value={value} onChange={given}>
            <option value="">–</option>
            {photos.map((key) => (
              <option key={key} value={key}>
                {key}
              </option>
            ))}
          </select>
        </label>
      )
    case 'range':
      return (
        <label class="wide">
          <span>
            {label} <output>{value}</output>
          </span>
          <input type="range" name={field.name} min={field.least} max={field.most} value={value} onInput={given} />
        </label>
      )
    case 'colour':
      return (
        <label>
          <span>{label}</span>
          <input
            type="color"
            name={field.name}
            value={`#${value}`}
            onInput={({ currentTarget }) => onChange(currentTarget.value.slice(1))}
          />
        </label>
      )
    default:
      return (
        <label class={field.kind === 'text' ? 'wide' : ''}>
          <span>{label}</span>
          <input
            type="text"
            name={field.name}
            value={value}
            inputMode={field.kind === 'number' ? 'numeric' : 'text'}
            autocomplete="off"
            spellcheck={false}
            onInput={given}
          />
        </label>
      )
  }
}
