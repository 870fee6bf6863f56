import { grammar as builtIn, type Operation } from './actions/list.ts'
import { checkKey } from './decode.ts'
import { readEscaped, writeEscaped } from './dialects/plain.ts'
import { splitSigned } from './dialects/signed.ts'
import { splitCross } from './dialects/size-cross.ts'
import { splitStar } from './dialects/size-star.ts'
import { splitStyle } from './dialects/style.ts'
import { joinSuffix, splitSuffix, type SuffixKey } from './dialects/suffix.ts'
import { KeyFault, quote } from './fault.ts'
import { printSteps, readSteps, type ReadChain } from './grammar/grammar.ts'
import { didYouMean } from './nearest.ts'
import type { Dialect, KeySettings } from './settings.ts'
import { styleNamed } from './styles.ts'

/** What a requested key means. */
export interface ParsedKey {
  /** As it was asked for, and as the result is stored. */
  readonly requestedKey: string
  /** The original it is made from. */
  readonly sourceKey: string
  readonly dialect: 'plain' | Dialect
  /** The style that was named, in the style dialect. */
  readonly style?: string
  /** In the order in which they are carried out; empty for a plain key. */
  readonly operations: readonly Operation[]
  /**
   * The one spelling of `sourceKey` plus `operations`: always a suffix key, without signature. An identity first of all: it
   * can be longer than the requested key (a style's name is shorter than its chain) and than an object's name may be, so
   * whoever stores or forwards under it compares `keyBytes` with `MAX_KEY_BYTES`.
   */
  readonly canonicalKey: string
  /** Given parameters that have no effect beside the others, such as `resize l`. */
  readonly ignored: readonly string[]
  /**
   * The alternative that was not taken: `photo.jpg!thmb` was read as the name of an object because no such style exists.
   * If that object does not exist either, this is what to answer.
   */
  readonly whenMissing?: KeyFault
}

/** With what the checks of permissions need. */
export interface ReadKey extends ParsedKey {
  /** The canonical texts of the operations. */
  readonly steps: readonly string[]
  /** The key as requested, without its signature. */
  readonly unsignedKey: string
  /** The signature, if the key ends in one; not yet verified. */
  readonly signature: string | undefined
}

/**
 * Reads a key without asking whether it is allowed. Each dialect takes the name inside as it stands, and the first that
 * recognises the key wins: escape, style, suffix, size prefix; what none recognises is the name of an object.
 *
 * @throws KeyFault `bad_key`, `bad_operation`.
 */
export function readKey(requestedKey: string, settings: KeySettings): ReadKey {
  checkKey(requestedKey)
  const { key: unsignedKey, signature } = splitSigned(requestedKey)
  const found = recognise(unsignedKey, settings)
  const { sourceKey, dialect, style, chain, whenMissing } = found
  checkKey(sourceKey)
  const grammar = settings.grammar ?? builtIn
  const operations = chain.operations as readonly Operation[]
  const steps = printSteps(operations, grammar)
  return {
    requestedKey,
    sourceKey,
    dialect,
    ...(style === undefined ? {} : { style }),
    operations,
    canonicalKey: found.isName ? sourceKey : writeKey(sourceKey, steps, settings),
    ignored: chain.ignored,
    ...(whenMissing === undefined ? {} : { whenMissing }),
    steps,
    unsignedKey,
    signature,
  }
}

interface Recognised {
  readonly sourceKey: string
  readonly dialect: ParsedKey['dialect']
  readonly chain: ReadChain
  readonly style?: string
  readonly whenMissing?: KeyFault
  /** No dialect took the key, so it is its own canonical spelling. */
  readonly isName?: true
}

const NOTHING: ReadChain = { operations: [], ignored: [] }

function recognise(key: string, settings: KeySettings): Recognised {
  const { dialects } = settings
  const grammar = settings.grammar ?? builtIn
  function fromSteps({ sourceKey, steps }: SuffixKey, dialect: Dialect): Recognised {
    return { sourceKey, dialect, chain: readSteps(steps, grammar) }
  }

  const escaped = readEscaped(key)
  if (escaped !== undefined) return { sourceKey: escaped, dialect: 'plain', chain: NOTHING }

  const named = dialects.includes('style') ? splitStyle(key) : undefined
  const style = named && styleNamed(named.style, settings)
  if (named && style) return { ...named, dialect: 'style', chain: style }

  const suffix = dialects.includes('suffix') ? splitSuffix(key, (name) => grammar.actions.has(name)) : undefined
  if (suffix) return fromSteps(suffix, 'suffix')

  const sized = dialects.includes('size-prefix') ? (splitStar(key) ?? splitCross(key)) : undefined
  if (sized) return fromSteps(sized, 'size-prefix')

  const plain: Recognised = { sourceKey: key, dialect: 'plain', chain: NOTHING, isName: true }
  return named ? { ...plain, whenMissing: noSuchStyle(named.style, settings) } : plain
}

/** The fault of a style that is not configured. */
export function noSuchStyle(name: string, { styles }: KeySettings): KeyFault {
  const meant = didYouMean(name, Object.keys(styles))
  return new KeyFault('no_such_style', `Expected a configured style, got ${quote(name)}${meant}`)
}

/**
 * The canonical key of an original and canonical steps; `readKey` gives back both.
 * @param steps none: the original itself, escaped if its name would be read as something else.
 */
export function writeKey(sourceKey: string, steps: readonly string[], settings: KeySettings): string {
  const grammar = settings.grammar ?? builtIn
  if (steps.length > 0) return joinSuffix({ sourceKey, steps }, (name) => grammar.actions.has(name))
  return isPlainName(sourceKey, settings) ? sourceKey : writeEscaped(sourceKey)
}

function isPlainName(key: string, settings: KeySettings): boolean {
  try {
    return splitSigned(key).signature === undefined && recognise(key, settings).isName === true
  } catch (fault) {
    if (fault instanceof KeyFault) return false
    throw fault
  }
}
