// The documents say what is there: commands, settings, files, sections and error codes they name exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import sharp from 'sharp'

import { PICTURES_FOLDER, SHOWN } from '../../scripts/docs/pictures.ts'
import { STATUS_OF } from '../../src/errors.ts'

const READMES = ['README.md', 'README.zh-CN.md'] as const
const DOCUMENTS = [
  ...READMES,
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (file: string) => readFileSync(file, 'utf8')
const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
/** Everything that could read a variable. */
const code = ['src', 'scripts', 'test']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
      .map((path) => read(join(folder, path))),
  )
  .concat(read('.env.example'), read('s.yaml'))
  .join('\n')

describe.each(DOCUMENTS)('%s', (file) => {
  const text = read(file)

  it('names only commands that exist', () => {
    for (const command of all(/npm run (?:-s )?([a-z][a-z:-]*)/g, text))
      expect([file, scripts]).toEqual([file, expect.arrayContaining([command])])
  })

  it('names only settings that exist', () => {
    for (const name of all(/`([A-Z][A-Z]*_[A-Z_]+)(?:=[^`]*)?`/g, text)) {
      expect([file, name, code.includes(name)]).toEqual([file, name, true])
    }
  })

  it('links to files and sections that exist', () => {
    for (const target of all(/(?:\]\(|<img src=")([^)\s"]+)[)"]/g, text).filter((link) => !/^[a-z]+:/.test(link))) {
      const [path = '', section] = target.split('#')
      const linked = path === '' ? file : join(dirname(file), path)
      expect([file, target, existsSync(linked)]).toEqual([file, target, true])
      if (section !== undefined)
        expect([target, anchors(read(linked))]).toEqual([target, expect.arrayContaining([section])])
    }
  })
})

it('error codes in the troubleshooting are codes of the function, with their status', () => {
  const rows = all(/^\| (`[a-z_]+`.*?) \|/gm, read('docs/troubleshooting.md')).filter((cell) => /, \d{3}/.test(cell))
  expect(rows.length).toBeGreaterThan(3)
  for (const cell of rows) {
    const status = Number(/, (\d{3})/.exec(cell)?.[1])
    for (const code of all(/`([a-z_]+)`/g, cell))
      expect([code, STATUS_OF[code as keyof typeof STATUS_OF]]).toEqual([code, status])
  }
})

const PAIRS = [
  ['README.md', 'README.zh-CN.md'],
  ...readdirSync('docs/zh-CN').map((name) => [`docs/${name}`, `docs/zh-CN/${name}`] as const),
] as const

describe.each(PAIRS)('%s and %s', (...files) => {
  const [english, chinese] = files.map(read) as [string, string]

  it('have the same sections and tables, row by row', () => {
    const shape = (text: string) => outside(text).flatMap((line) => /^(#+|\||- |\d+\. )/.exec(line)?.[0] ?? [])
    expect(shape(chinese)).toEqual(shape(english))
    const columns = (text: string) =>
      outside(text)
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split(/(?<=^|\s)\|(?=\s|$)/).length)
    expect(columns(chinese)).toEqual(columns(english))
  })

  it('name the same commands, settings and values as often', () => {
    const named = (text: string) =>
      all(/(`[^`\n]+`)/g, outside(text).join('\n'))
        .filter((word) => /^`[\x20-\x7e…]+`$/.test(word) && !/^`\.\.?`$/.test(word))
        // The Chinese documents beside the Chinese README.
        .map((word) => word.replace('docs/zh-CN/', 'docs/'))
        .toSorted()
    expect(named(chinese)).toEqual(named(english))
  })

  it('link to the same places in the same order', () => {
    const links = (file: string, text: string) =>
      all(/(?:\]\(|<img src=")([^)\s"]+)[)"]/g, text.replace(/^\[(English|简体中文)\]\(.*\)$/m, ''))
        .map((link) => join(dirname(file), link.replace(/#.*/, '')))
        .map((path) => path.replace('docs/zh-CN', 'docs').replace('README.zh-CN', 'README'))
    expect(links(files[1], chinese)).toEqual(links(files[0], english))
  })

  it('have the same commands in their code blocks', () => {
    const commands = (text: string) =>
      all(/```sh\n([\s\S]*?)```/g, text).flatMap((block) => block.split('\n').map((line) => line.replace(/ *#.*/, '')))
    expect(commands(chinese)).toEqual(commands(english))
  })

  it('say of the same things that only the console can do them', () => {
    const count = (text: string, word: string) => text.split(word).length - 1
    expect(count(chinese, '**控制台**')).toBe(count(english, '**console**'))
  })
})

it('the pictures of docs/keys.md are there, small, and what their keys ask for', async () => {
  expect(readdirSync(PICTURES_FOLDER)).toHaveLength(SHOWN.length)
  const sizes = new Map<string, string>()
  for (const file of readdirSync(PICTURES_FOLDER)) {
    const bytes = readFileSync(join(PICTURES_FOLDER, file))
    expect(bytes.length).toBeLessThan(20_000)
    const { width, height, format } = await sharp(bytes).metadata()
    sizes.set(file, `${format} ${width}x${height}`)
  }
  expect(Object.fromEntries(sizes)).toMatchObject({
    'original.jpg': 'jpeg 300x200',
    'width.jpg': 'jpeg 150x100',
    'fill.jpg': 'jpeg 120x120',
    'pad.jpg': 'jpeg 120x120',
    'crop.jpg': 'jpeg 120x120',
    'crop-then-resize.jpg': 'jpeg 60x60',
    'circle.webp': 'webp 181x181',
    'rounded.webp': 'webp 180x120',
    'watermark.jpg': 'jpeg 240x160',
  })
})

/** Lines that are neither in a code block nor indented as one. */
function outside(text: string): string[] {
  return text
    .replace(/```[\s\S]*?```/g, '')
    .split('\n')
    .filter((line) => !/^ {4}/.test(line))
}

/** Anchors of headings, as the usual renderers make them. */
function anchors(text: string): string[] {
  return all(/^#+ (.+)$/gm, text).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replace(/ /g, '-'),
  )
}
