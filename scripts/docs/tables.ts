// Tables of the documents that are made from the code, so that they cannot drift apart.
import { SETTINGS } from '../../src/config.ts'
import { ACTION_DOCS } from '../../src/key/actions/docs.ts'
import { ACTIONS } from '../../src/key/actions/list.ts'
import { checksTable } from '../doctor/table.ts'
import { expectedZh, PARAMETERS_ZH } from './operations-zh.ts'
import { picturesRow, picturesTable } from './pictures.ts'
import { SETTINGS_ZH } from './settings-zh.ts'

const WORDS = {
  en: { head: '| name | default | |', required: '(required)', empty: '(empty)' },
  zh: { head: '| 名称 | 默认值 | |', required: '（必填）', empty: '（空）' },
}

/** The settings: name, default, what for. @throws Error for a setting that nobody has put into Chinese. */
export function settingsTable(language: 'en' | 'zh'): string {
  const { head, required, empty } = WORDS[language]
  const rows = SETTINGS.map(({ name, default: byDefault, about }) => {
    const shown = byDefault === undefined ? required : byDefault === '' ? empty : `\`${byDefault}\``
    const text = language === 'en' ? about : SETTINGS_ZH[name]
    if (text === undefined) throw new Error(`Expected ${name} in scripts/docs/settings-zh.ts, found nothing.`)
    return `| \`${name}\` | ${shown} | ${cell(text)} |`
  })
  return [head, '|---|---|---|', ...rows].join('\n')
}

/** Every action with its parameters: range, default, meaning. @throws Error for words that nobody has put into Chinese. */
export function operationsTable(language: 'en' | 'zh'): string {
  const words = OPERATION_WORDS[language]
  const rows = ACTIONS.flatMap((action) => {
    const docs = ACTION_DOCS[action.name] as DocumentedAction | undefined
    const head = `| **\`${action.name}\`** | | | ${cell(docs?.about[language] ?? '')} |`
    const parameters = Object.entries(action.parameters) as [string, Parameter][]
    return [
      head,
      ...parameters.map(([name, { kind, presence, fallback }]) => {
        const spelled = action.single === undefined ? `\`${name}_\`` : `${words.value} (\`${action.name},…\`)`
        const otherwise =
          presence === 'required' ? words.required : fallback === undefined ? '' : `\`${String(fallback)}\``
        const expected = language === 'en' ? kind.expected : expectedZh(kind.expected)
        const about = language === 'en' ? docs?.parameters[name] : PARAMETERS_ZH[action.name]?.[name]
        if (about === undefined) throw new Error(`Expected words for ${action.name},${name}_, found none.`)
        return `| ${spelled} | ${cell(expected)} | ${otherwise} | ${cell(about)} |`
      }),
    ]
  })
  return [words.head, '|---|---|---|---|', ...rows].join('\n')
}

const OPERATION_WORDS = {
  en: { head: '| | | default | |', value: 'value', required: 'required' },
  zh: { head: '| | | 默认值 | |', value: '值', required: '必填' },
}

interface DocumentedAction {
  about: { en: string; zh: string }
  parameters: Record<string, string>
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
  const marks = new RegExp(`(<!-- ${name} -->\\n)(?:[\\s\\S]*?\\n)?(<!-- /${name} -->)`)
  if (!marks.test(document)) throw new Error(`Expected the marks <!-- ${name} --> … <!-- /${name} -->, found none.`)
  return document.replace(marks, (_, open: string, close: string) => `${open}${table}\n${close}`)
}

/** Documents with tables, and which. */
export const DOCUMENTS: readonly { file: string; name: string; table: () => string }[] = [
  { file: 'README.md', name: 'settings', table: () => settingsTable('en') },
  { file: 'README.zh-CN.md', name: 'settings', table: () => settingsTable('zh') },
  { file: 'README.md', name: 'pictures', table: () => picturesRow('en') },
  { file: 'README.zh-CN.md', name: 'pictures', table: () => picturesRow('zh') },
  { file: 'docs/keys.md', name: 'pictures', table: () => picturesTable('pictures', 'en') },
  { file: 'docs/keys.md', name: 'operations', table: () => operationsTable('en') },
  { file: 'docs/zh-CN/keys.md', name: 'pictures', table: () => picturesTable('../pictures', 'zh') },
  { file: 'docs/zh-CN/keys.md', name: 'operations', table: () => operationsTable('zh') },
  { file: 'docs/doctor.md', name: 'checks', table: () => checksTable('en') },
  { file: 'docs/zh-CN/doctor.md', name: 'checks', table: () => checksTable('zh') },
]
