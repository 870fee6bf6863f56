// The list of checks as docs/doctor.md shows it.
import { CHECKS, CLEAN_UP } from './examine.ts'

/** Markdown: name, what is true when it passes, what it waits for. */
export function checksTable(): string {
  const rows = [...CHECKS, { ...CLEAN_UP, needs: undefined }].map(({ name, title, needs = [] }) => {
    const waits = needs.map((need) => `\`${need}\``).join(', ')
    return `| \`${name}\` | ${title} | ${waits} |`
  })
  return ['| check | ✓ means | needs |', '|---|---|---|', ...rows].join('\n')
}
