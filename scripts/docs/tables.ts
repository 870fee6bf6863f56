// Tables of the documents that are made from the code, so that they cannot drift apart.
import { SETTINGS } from '../../src/config.ts'
import { ACTION_DOCS } from '../../src/key/actions/docs.ts'
import { ACTIONS } from '../../src/key/actions/list.ts'

/** The settings: name, default, what for. */
export function settingsTable(): string {
  const rows = SETTINGS.map(({ name, default: byDefault, about }) => {
    const shown = byDefault === undefined ? '(required)' : byDefault === '' ? '(empty)' : `\`${byDefault}\``
    return `| \`${name}\` | ${shown} | ${cell(about)} |`
  })
  return ['| name | default | |', '|---|---|---|', ...rows].join('\n')
}

/** Every action with its parameters: range, default, meaning. */
export function operationsTable(): string {
  const rows = ACTIONS.flatMap((action) => {
    const docs = ACTION_DOCS[action.name] as { about: { en: string }; parameters: Record<string, string> } | undefined
    const head = `| **\`${action.name}\`** | | | ${cell(docs?.about.en ?? '')} |`
    const parameters = Object.entries(action.parameters) as [string, Parameter][]
    return [
      head,
      ...parameters.map(([name, { kind, presence, fallback }]) => {
        const spelled = action.single === undefined ? `\`${name}_\`` : `value (\`${action.name},…\`)`
        const otherwise = presence === 'required' ? 'required' : fallback === undefined ? '' : `\`${String(fallback)}\``
        return `| ${spelled} | ${cell(kind.expected)} | ${otherwise} | ${cell(docs?.parameters[name] ?? '')} |`
      }),
    ]
  })
  return ['| | | default | |', '|---|---|---|---|', ...rows].join('\n')
}

interface Parameter {
  kind: { expected: string }
  presence: string
  fallback?: string | number
}

function cell(text: string): string {
  return text.replace(/\|/g, '\\|')
}

/** The document with what stands between `<!-- name -->` and `<!-- /name -->` replaced. @throws Error without the marks. */
export function withTable(document: string, name: string, table: string): string {
  const marks = new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n<!-- /${name} -->)`)
  if (!marks.test(document)) throw new Error(`Expected the marks <!-- ${name} --> … <!-- /${name} -->, found none.`)
  return document.replace(marks, (_, open: string, close: string) => `${open}${table}${close}`)
}

/** Documents with tables, and which. */
export const DOCUMENTS: readonly { file: string; name: string; table: () => string }[] = [
  { file: 'README.md', name: 'settings', table: settingsTable },
  { file: 'docs/keys.md', name: 'operations', table: operationsTable },
]
