import { readFileSync } from 'node:fs'

import { DOCUMENTS, withTable } from '../../scripts/docs/tables.ts'

it.each(DOCUMENTS.map(({ file, name, table }) => [file, name, table] as const))(
  '%s has the table of %s as the code has it (npm run docs)',
  (file, name, table) => {
    const document = readFileSync(file, 'utf8')
    expect(document).toBe(withTable(document, name, table()))
  },
)
