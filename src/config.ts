// The settings: each is declared once, with its default and its reason; s.yaml, .env.example and the README repeat this
// list, and a test fails where they differ.
import { createHmac } from 'node:crypto'

import { mistakesInSettings, readAllow, readDialects, readStyles } from './key/settings-text.ts'
import type { KeySettings } from './key/settings.ts'
import { ownGrammar } from './own/grammar.ts'

export type PassThrough = 'none' | 'media' | 'all'
export type Store = 'function' | 'mirror'
export type QualityName = 'eco' | 'balanced' | 'high'
export type FormatPolicy = 'keep' | 'webp' | 'avif'

export interface Config {
  /** Without `oss-`, e.g. cn-hangzhou: version 4 signatures name the region this way. */
  readonly region: string
  readonly originals: string
  readonly compressed: string
  readonly endpoint: string
  /** Newest first; any of them is accepted. */
  readonly mirrorSecrets: readonly string[]
  readonly store: Store
  readonly passThrough: PassThrough
  /** Keys must begin with one of these; empty means every key. */
  readonly sourcePrefixes: readonly string[]
  readonly keySettings: KeySettings
  readonly quality: QualityName
  readonly format: FormatPolicy
  readonly cacheControl: string
  readonly maxSourceBytes: number
  readonly maxSourcePixels: number
  readonly maxOutputPixels: number
  readonly deadlineMs: number
  /** Styles that are made as soon as there is an original. */
  readonly pregenerate: readonly string[]
  readonly logLevel: 'silent' | 'error' | 'info'
}

export interface Setting {
  readonly name: string
  /** undefined: has to be set. */
  readonly default: string | undefined
  readonly about: string
}

export const SETTINGS: readonly Setting[] = [
  { name: 'OSS_REGION', default: undefined, about: 'Region of both buckets and of the function, e.g. cn-hangzhou.' },
  { name: 'OSS_ORIGINAL_BUCKET_NAME', default: undefined, about: 'Bucket people upload to. Stays private.' },
  {
    name: 'OSS_COMPRESS_BUCKET_NAME',
    default: undefined,
    about: 'Bucket people read from; it carries the mirror rule. Must not be the originals bucket.',
  },
  {
    name: 'OSS_ENDPOINT',
    default: '',
    about:
      "Address of OSS. Empty: the region's internal endpoint inside Function Compute, the public one elsewhere. The function cannot be tried locally with the internal one: it is reachable only from inside Alibaba Cloud.",
  },
  {
    name: 'MIRROR_SECRET',
    default: undefined,
    about:
      'What the mirror rule sends as x-mirror-secret: at least 16 of A-Z a-z 0-9 - _. Two or more, newest first, separated by commas while rotating.',
  },
  {
    name: 'STORE',
    default: 'function',
    about:
      'Who writes the compressed object: function (this program puts it, with its metadata) or mirror (OSS saves what it relays).',
  },
  {
    name: 'PASS_THROUGH',
    default: 'media',
    about:
      'What goes out although it cannot be compressed: none (pictures only), media (image, audio, video, PDF), all. Judged by content, not by name; the rest is answered 404.',
  },
  {
    name: 'SOURCE_PREFIXES',
    default: '',
    about: 'Comma list; only originals whose key begins with one of these can be read. Empty: all.',
  },
  {
    name: 'DIALECTS',
    default: 'suffix,style',
    about:
      'Comma list of the ways in which a key may ask for operations: suffix (photo.jpg__op__resize,w_800), style (photo.jpg!thumb), size-prefix (300*200/photo.jpg, dir/300x200/photo.jpg; only with listed sizes in ALLOW).',
  },
  {
    name: 'STYLES',
    default: '',
    about: 'Named styles, separated by semicolons: thumb=image/resize,w_200/format,webp;hero=image/resize,w_1600',
  },
  {
    name: 'ALLOW',
    default: 'sizes=160,320,640,800,1280,1920;formats=auto,jpg,png,webp,avif;qualities=60,75,90;spellings=canonical',
    about:
      'What a key may ask for: open (anything), styles (named styles only), or a list, sizes=320,640x480,l1600;formats=auto,webp;qualities=60,80;styles=thumb;spellings=canonical. A bounded list keeps strangers from filling the bucket with every size there is, and spellings=canonical with every spelling of it; leave that out for the links of an older system (any spelling is taken then).',
  },
  {
    name: 'SIGNING_KEY',
    default: '',
    about:
      'When set, every key with operations must carry an HMAC made with it (npm run explain -- --sign KEY). Comma list while rotating, newest first; at least 22 characters each.',
  },
  {
    name: 'PREGENERATE',
    default: '',
    about:
      'Comma list of styles that the events function makes as soon as an original is there, besides the plain compressed version. Empty: none.',
  },
  {
    name: 'QUALITY',
    default: 'balanced',
    about: 'eco, balanced or high: how the picture should look, for every format alike.',
  },
  {
    name: 'FORMAT',
    default: 'keep',
    about: "keep (the original's format), or webp / avif where that is smaller and every reader can show it.",
  },
  {
    name: 'CACHE_CONTROL',
    default: 'public, max-age=3600',
    about: 'Stored with every compressed object. Not immutable by default: an original may be replaced.',
  },
  {
    name: 'MAX_SOURCE_BYTES',
    default: '67108864',
    about: 'Larger originals are not read into memory: they pass through unchanged (64 MiB fits a 1 GB function).',
  },
  {
    name: 'MAX_SOURCE_PIXELS',
    default: '100000000',
    about: 'Width × height × frames an original may have to be decoded; beyond it the original goes out unchanged.',
  },
  {
    name: 'MAX_OUTPUT_PIXELS',
    default: '16777216',
    about: 'Width × height × frames a result of operations may have (the limit of OSS image processing).',
  },
  {
    name: 'DEADLINE_MS',
    default: '8000',
    about: 'Time for one request. The mirror gives up after 10 s, cold start included.',
  },
  {
    name: 'READER_URL',
    default: '',
    about:
      "Where readers get pictures, e.g. https://img.example.com/: for the scripts. Empty: the compressed bucket's own address.",
  },
  { name: 'LOG_LEVEL', default: 'info', about: 'info (a line per request), error (failures only), silent.' },
]

/** All mistakes at once, in one message a person can act on. */
export class ConfigError extends Error {
  constructor(mistakes: readonly string[]) {
    const count = mistakes.length === 1 ? 'One setting is wrong' : `${mistakes.length} settings are wrong`
    super(`${count}:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/
const REGION = /^[a-z]{2}(-[a-z0-9]+)+$/
const SECRET = /^[A-Za-z0-9_-]{16,1024}$/
const HEADER_VALUE = /^[\x20-\x7e]+$/

/**
 * Environment → Config, frozen.
 * @param inFunctionCompute decides the default endpoint (internal or public).
 * @throws ConfigError with every mistake found.
 */
export function loadConfig(env: NodeJS.ProcessEnv, inFunctionCompute: boolean): Config {
  const mistakes: string[] = []
  const expected = (name: string, what: string, got: string) =>
    mistakes.push(`${name}: Expected ${what}, got ${got === '' ? 'nothing' : `«${got}»`}.`)

  const value = (name: string): string => {
    const setting = SETTINGS.find((candidate) => candidate.name === name)
    const given = env[name]?.trim()
    return given === undefined || given === '' ? (setting?.default ?? '') : given
  }
  const matching = (name: string, pattern: RegExp, what: string): string => {
    const text = value(name)
    if (!pattern.test(text)) expected(name, what, text)
    return text
  }
  const oneOf = <T extends string>(name: string, choices: readonly [T, ...T[]]): T => {
    const text = value(name)
    const choice = choices.find((candidate) => candidate === text)
    if (choice === undefined) expected(name, `one of ${choices.join(', ')}`, text)
    return choice ?? choices[0]
  }
  const whole = (name: string, least: number, most: number): number => {
    const text = value(name)
    const number = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(number >= least && number <= most)) expected(name, `a whole number from ${least} to ${most}`, text)
    return number
  }

  const region = value('OSS_REGION').replace(/^oss-/, '')
  if (!REGION.test(region)) expected('OSS_REGION', 'a region such as cn-hangzhou', region)

  const bucketRule = '3 to 63 of a-z 0-9 -, neither beginning nor ending with -'
  const originals = matching('OSS_ORIGINAL_BUCKET_NAME', BUCKET, bucketRule)
  const compressed = matching('OSS_COMPRESS_BUCKET_NAME', BUCKET, bucketRule)
  if (originals !== '' && originals === compressed) {
    mistakes.push(
      `OSS_COMPRESS_BUCKET_NAME: Expected another bucket than OSS_ORIGINAL_BUCKET_NAME, got «${compressed}» for both.`,
    )
  }

  const secrets = value('MIRROR_SECRET')
    .split(',')
    .map((secret) => secret.trim())
  if (!secrets.every((secret) => SECRET.test(secret))) {
    // The value itself is never printed: start-up messages end up in logs.
    mistakes.push(
      `MIRROR_SECRET: Expected one or more secrets of at least 16 of A-Z a-z 0-9 - _ separated by commas, got ${
        value('MIRROR_SECRET') === '' ? 'nothing' : 'something else'
      }. Without it anybody could use the function.`,
    )
  }

  const prefixes = Object.freeze(
    words(value('SOURCE_PREFIXES'))
      .map((prefix) => prefix.replace(/^\/+/, ''))
      .filter((prefix) => prefix !== ''),
  )
  // A list of nothing would open everything.
  if (value('SOURCE_PREFIXES') !== '' && prefixes.length === 0) {
    expected(
      'SOURCE_PREFIXES',
      'a comma list of prefixes such as public/,shared/, or nothing at all',
      value('SOURCE_PREFIXES'),
    )
  }

  const keySettings = keySettingsOf(value, (name, mistake) => mistakes.push(`${name}: ${mistake}.`))
  const pregenerate = Object.freeze(words(value('PREGENERATE')))
  const mayMake = (style: string) =>
    Object.hasOwn(keySettings.styles, style) &&
    keySettings.dialects.includes('style') &&
    (keySettings.allow === 'open' || keySettings.allow.styles === 'all' || keySettings.allow.styles.includes(style))
  for (const style of pregenerate) {
    if (!mayMake(style)) expected('PREGENERATE', 'styles that readers may ask for (STYLES, DIALECTS, ALLOW)', style)
  }

  const config: Config = {
    region,
    originals,
    compressed,
    endpoint: endpointOf(value('OSS_ENDPOINT'), region, inFunctionCompute, (got) =>
      expected('OSS_ENDPOINT', 'an address such as https://oss-cn-hangzhou.aliyuncs.com', got),
    ),
    mirrorSecrets: Object.freeze(secrets),
    store: oneOf('STORE', ['function', 'mirror']),
    passThrough: oneOf('PASS_THROUGH', ['none', 'media', 'all']),
    sourcePrefixes: prefixes,
    keySettings,
    pregenerate,
    quality: oneOf('QUALITY', ['eco', 'balanced', 'high']),
    format: oneOf('FORMAT', ['keep', 'webp', 'avif']),
    cacheControl: matching('CACHE_CONTROL', HEADER_VALUE, 'printable ASCII'),
    maxSourceBytes: whole('MAX_SOURCE_BYTES', 1, 1_073_741_824),
    maxSourcePixels: whole('MAX_SOURCE_PIXELS', 1, 1_000_000_000),
    maxOutputPixels: whole('MAX_OUTPUT_PIXELS', 1, 268_402_689),
    // Above it the function's own time limit (s.yaml: 60 s) would come first, and take every other request along.
    deadlineMs: whole('DEADLINE_MS', 1000, 40_000),
    logLevel: oneOf('LOG_LEVEL', ['info', 'error', 'silent']),
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return Object.freeze(config)
}

/** Each setting by itself, then what they say together. */
function keySettingsOf(value: (name: string) => string, wrong: (name: string, mistake: string) => void): KeySettings {
  const read = <T>(name: string, parse: (text: string) => T, otherwise: T): T => {
    try {
      return parse(value(name))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      wrong(name, error.message)
      return otherwise
    }
  }
  const keys = words(value('SIGNING_KEY'))
  const grammar = ownGrammar()
  const settings: KeySettings = {
    dialects: read('DIALECTS', readDialects, []),
    styles: read('STYLES', readStyles, {}),
    allow: read('ALLOW', readAllow, 'open'),
    ...(keys.length === 0 ? {} : { signing: { keys, hmac: hmacSha256 } }),
    ...(grammar === undefined ? {} : { grammar }),
  }
  for (const mistake of mistakesInSettings(settings)) wrong('DIALECTS, STYLES, ALLOW, SIGNING_KEY', mistake)
  return Object.freeze(settings)
}

function words(list: string): string[] {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function hmacSha256(secret: string, text: string): Uint8Array {
  return createHmac('sha256', secret).update(text, 'utf8').digest()
}

function endpointOf(given: string, region: string, internal: boolean, wrong: (got: string) => void): string {
  if (given === '') return `https://oss-${region}${internal ? '-internal' : ''}.aliyuncs.com`
  const text = given.includes('://') ? given : `https://${given}`
  if (!URL.canParse(text) || !/^https?:\/\/[^/?#@]+\/?$/.test(text)) {
    wrong(given)
    return ''
  }
  return text.replace(/\/$/, '')
}
