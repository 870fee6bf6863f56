import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { parse } from 'dotenv'
import * as fc from 'fast-check'

import { withSetting, writeSetting } from '../../../scripts/setup/env-file.ts'

const NEW = 'abc-DEF_0123456789,old-old-old-old-old'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oss-image-origin-env-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it.each([
  ['an empty value', 'A=1\nMIRROR_SECRET=\nB=2\n', `A=1\nMIRROR_SECRET=${NEW}\nB=2\n`],
  ['CRLF', 'A=1\r\nMIRROR_SECRET=\r\nB=2\r\n', `A=1\r\nMIRROR_SECRET=${NEW}\r\nB=2\r\n`],
  ['no line of its own', 'A=1', `A=1\nMIRROR_SECRET=${NEW}\n`],
  ['no line of its own, CRLF', 'A=1\r\nB=2', `A=1\r\nB=2\r\nMIRROR_SECRET=${NEW}\r\n`],
  ['nothing at all', '', `MIRROR_SECRET=${NEW}\n`],
  ['no line end at the end', 'MIRROR_SECRET=x', `MIRROR_SECRET=${NEW}`],
  ['a comment behind it', 'MIRROR_SECRET=old # of May\n', `MIRROR_SECRET=${NEW} # of May\n`],
  ['a comment behind nothing', 'MIRROR_SECRET= # of May\n', `MIRROR_SECRET= ${NEW} # of May\n`],
  ['quotes and export', `  export MIRROR_SECRET = "a\nb"\nX=1\n`, `  export MIRROR_SECRET = ${NEW}\nX=1\n`],
  ['two of them: the last counts', 'MIRROR_SECRET=a\nMIRROR_SECRET=\n', `MIRROR_SECRET=a\nMIRROR_SECRET=${NEW}\n`],
  ['one that is text of another', `A="\nMIRROR_SECRET=x\n"\n`, `A="\nMIRROR_SECRET=x\n"\nMIRROR_SECRET=${NEW}\n`],
  ['one in a comment', '# MIRROR_SECRET=x\n', `# MIRROR_SECRET=x\nMIRROR_SECRET=${NEW}\n`],
])('%s', (_, before, after) => {
  expect(withSetting(before, 'MIRROR_SECRET', NEW)).toBe(after)
})

it('sets one value and leaves every other byte, whatever the file holds', () => {
  const line = fc.oneof(
    fc.constantFrom('', '# a comment', 'A=1', 'B = "two\nlines"', "C='x # y'", 'export D=`z`', 'E', '=', 'F=a#b', '\t'),
    fc.constantFrom(
      'MIRROR_SECRET=',
      'MIRROR_SECRET = x y ',
      'export MIRROR_SECRET="q" # c',
      'MIRROR_SECRETS=1',
      'XMIRROR_SECRET=2',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 8 }),
  )
  const file = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, end]) => lines.join(end))
  fc.assert(
    fc.property(file, (before) => {
      let after: string
      try {
        after = withSetting(before, 'MIRROR_SECRET', NEW)
      } catch (error) {
        // A file so broken that it cannot be edited safely is left alone.
        expect(String(error)).toContain('Set it by hand')
        return
      }
      expect(parse(after)).toEqual({ ...parse(before), MIRROR_SECRET: NEW })
      const at = after.lastIndexOf(NEW)
      expect(before.startsWith(after.slice(0, at)) || after.slice(0, at).startsWith(before)).toBe(true)
      expect(withSetting(after, 'MIRROR_SECRET', NEW)).toBe(after)
    }),
    { numRuns: 500 },
  )
})

it('writes for the owner alone, whole or not at all, through a link, and keeps bytes that are no UTF-8', () => {
  const file = join(folder, 'real.env')
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9, 0xff]), Buffer.from('\nMIRROR_SECRET=\n')]),
    {
      mode: 0o644,
    },
  )
  const link = join(folder, '.env')
  symlinkSync(file, link)
  writeSetting(link, 'MIRROR_SECRET', NEW)
  expect(readFileSync(file)).toEqual(
    Buffer.concat([Buffer.from('# caf'), Buffer.from([0xe9, 0xff]), Buffer.from(`\nMIRROR_SECRET=${NEW}\n`)]),
  )
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  writeSetting(join(folder, 'new.env'), 'MIRROR_SECRET', NEW)
  expect(statSync(join(folder, 'new.env')).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).sort()).toEqual(['.env', 'new.env', 'real.env'])
})
