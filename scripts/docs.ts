// `npm run docs`: writes the tables of the documents anew from the code.
import { readFileSync, writeFileSync } from 'node:fs'

import { DOCUMENTS, withTable } from './docs/tables.ts'

for (const { file, name, table } of DOCUMENTS) {
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), name, table()))
  process.stdout.write(`wrote ${file}\n`)
}
