// The documents say what is there: commands, settings, files, sections and error codes they name exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

import sharp from 'sharp'

import { PICTURES_FOLDER, SHOWN } from '../../scripts/docs/pictures.ts'
import { STATUS_OF } from '../../src/errors.ts'

const READMES = ['README.md', 'README.zh-CN.md'] as const
const DOCUMENTS = [
  ...READMES,
  'SECURITY.md',
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

  it('names only tests that exist', () => {
    for (const path of testsIn(text)) {
      const found = [path, `${path}.ts`, `${path}.test.ts`].some((each) => existsSync(each))
      expect([file, path, found]).toEqual([file, path, true])
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
  ...readdirSync('docs/zh-CN').map((name) => [englishOf(`docs/zh-CN/${name}`), `docs/zh-CN/${name}`] as const),
] as const

/** Made by a program; for those who work on the program. */
const ENGLISH_ONLY = ['docs/benchmarks.md', 'docs/local-cloud.md']

it('whatever an operator reads is there in Chinese', () => {
  const english = readdirSync('docs').filter((name) => name.endsWith('.md'))
  const wanted = english.map((name) => `docs/${name}`).filter((file) => !ENGLISH_ONLY.includes(file))
  expect(PAIRS.map(([file]) => file).toSorted()).toEqual(['README.md', 'SECURITY.md', ...wanted].toSorted())
})

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

  it('name the same tests as often', () => {
    expect(testsIn(chinese).toSorted()).toEqual(testsIn(english).toSorted())
  })

  it('link to one another, each under its own name, and else to the same places in the same order', () => {
    expect(english.split('\n')).toContain(`[简体中文](${to(files[0], files[1])})`)
    expect(chinese.split('\n')).toContain(`[English](${to(files[1], files[0])})`)
    // A section is told by its place among the others of its document.
    const places = (file: string, text: string) =>
      linksIn(file, text.replace(/^\[(English|简体中文)\]\(.*\)$/m, '')).map(({ path, section }) => [
        englishOf(path),
        section === undefined ? -1 : anchors(read(path)).indexOf(section),
      ])
    expect(places(files[1], chinese)).toEqual(places(files[0], english))
  })

  it('lead readers of Chinese to what there is in Chinese', () => {
    const named = all(/(?<![\w/-])(docs\/[\w-]+\.md)/g, chinese.replace(/\]\([^)]*\)/g, ''))
    const linked = linksIn(files[1], chinese).map(({ path }) => path)
    const inChinese = PAIRS.map(([each]) => each)
    expect([...named, ...linked].filter((path) => inChinese.includes(path))).toEqual([files[0]])
  })

  it('have the same code blocks but for comments, and the same commands in indented ones', () => {
    const code = (text: string) =>
      all(/```[a-z]*\n([\s\S]*?)```/g, text).flatMap((block) =>
        block
          .replace(/\/\*\*[\s\S]*?\*\//g, '')
          .split('\n')
          .map((line) => line.replace(/ *#.*/, '')),
      )
    expect(code(chinese)).toEqual(code(english))
    const commands = (text: string) => all(/^ {4}((?:npm|npx|node) \S+(?: \S+)*)/gm, text)
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

/** The document that one in Chinese is a version of; of any other path the path itself. */
function englishOf(path: string): string {
  const name = path.replace('docs/zh-CN/', '').replace('.zh-CN', '')
  return name === path ? path : path.startsWith('docs/') && name !== 'SECURITY.md' ? `docs/${name}` : name
}

/** Tests and folders of tests, with or without their endings. */
function testsIn(text: string): string[] {
  return all(/(?<![\w/.])(test\/[\w./-]*\w)/g, text)
}

/** A link from one document to another. */
function to(from: string, target: string): string {
  return relative(dirname(from), target)
}

/** Links to files of this project and their sections. */
function linksIn(file: string, text: string): { path: string; section: string | undefined }[] {
  return all(/(?:\]\(|<img src=")([^)\s"]+)[)"]/g, text).map((link) => {
    const [path = '', section] = link.split('#')
    return { path: path === '' ? file : join(dirname(file), path), section }
  })
}

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
