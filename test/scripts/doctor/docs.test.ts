import { readFileSync } from 'node:fs'

import { CHECKS } from '../../../scripts/doctor/examine.ts'
import { checksTable } from '../../../scripts/doctor/table.ts'

it('docs/doctor.md lists the checks as the code has them', () => {
  expect(readFileSync('docs/doctor.md', 'utf8')).toContain(`<!-- checks -->\n${checksTable()}\n<!-- /checks -->`)
})

it('what a check needs is checked before it', () => {
  const seen = new Set<string>()
  for (const { name, needs = [], unless = [] } of CHECKS) {
    expect([...needs, ...unless].filter((each) => !seen.has(each))).toEqual([])
    expect(seen.has(name)).toBe(false)
    seen.add(name)
  }
})
