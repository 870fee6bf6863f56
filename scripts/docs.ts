// `npm run docs`: writes the tables and pictures of the documents anew from the code.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readArgs } from './args.ts'
import { drawShown, PICTURES_FOLDER } from './docs/pictures.ts'
import { DOCUMENTS, withTable } from './docs/tables.ts'

readArgs({}, 'npm run docs   writes the tables and pictures of README.md, README.zh-CN.md and docs/ anew from the code')

for (const { file, name, table } of DOCUMENTS) {
  writeFileSync(file, withTable(readFileSync(file, 'utf8'), name, table()))
  process.stdout.write(`wrote ${name} into ${file}\n`)
}
rmSync(PICTURES_FOLDER, { recursive: true, force: true })
mkdirSync(PICTURES_FOLDER, { recursive: true })
for (const [file, bytes] of await drawShown()) {
  writeFileSync(join(PICTURES_FOLDER, file), bytes)
  process.stdout.write(`drew ${join(PICTURES_FOLDER, file)}, ${bytes.length} bytes\n`)
}
