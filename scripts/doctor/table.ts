// The list of checks as docs/doctor.md shows it, in both languages.
import { CHECKS_ZH } from '../docs/checks-zh.ts'
import { CHECKS, CLEAN_UP } from './examine.ts'

const HEADS = {
  en: '| check | ✓ means | needs | left out after a fault of |',
  zh: '| 检查项 | ✓ 表示 | 依赖 | 以下检查项失败时跳过 |',
}

/**
 * Markdown: name, what is true when it passes, what it waits for, whose failure explains its own. In Chinese the line that is
 * printed stands below what it means.
 * @throws Error for a check that nobody has put into Chinese.
 */
export function checksTable(language: 'en' | 'zh'): string {
  const named = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')
  const rows = [...CHECKS, { ...CLEAN_UP, needs: [], unless: [] }].map(({ name, title, needs = [], unless = [] }) => {
    const about = language === 'en' ? title : CHECKS_ZH[name]
    if (about === undefined) throw new Error(`Expected ${name} in scripts/docs/checks-zh.ts, found nothing.`)
    const means = language === 'en' ? about : `${about}<br>${title}`
    return `| \`${name}\` | ${means} | ${named(needs)} | ${named(unless)} |`
  })
  return [HEADS[language], '|---|---|---|---|', ...rows].join('\n')
}
