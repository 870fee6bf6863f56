// Tags of objects and buckets.

import { OssError } from '../error.ts'
import { nodesOf, parseXml, textOf } from '../http/xml.ts'

/** Names and values of a `<Tagging>` document. */
export function readTags(body: string): [string, string][] {
  const set = nodesOf(parseXml(body, 'Tagging'), 'TagSet')[0]
  return nodesOf(set, 'Tag').map((tag) => [textOf(tag, 'Key') ?? '', textOf(tag, 'Value') ?? ''])
}

/** Reads `a=1&b=2`, both sides percent-encoded. */
export function readTagging(text: string): Record<string, string> {
  const pairs = text.split('&').map((pair): [string, string] => {
    const equals = pair.indexOf('=')
    try {
      return equals < 0
        ? [decodeURIComponent(pair), '']
        : [decodeURIComponent(pair.slice(0, equals)), decodeURIComponent(pair.slice(equals + 1))]
    } catch {
      throw invalidTag(pair)
    }
  })
  return checkTags(pairs)
}

export interface TagLimits {
  count: number
  keyCharacters: number
  valueCharacters: number
}

const OBJECT_TAGS: TagLimits = { count: 10, keyCharacters: 128, valueCharacters: 256 }

/** Documented: few tags, keys of at least one character, all of a small set of characters, no key twice. */
export function checkTags(
  pairs: readonly [string, string][],
  { count, keyCharacters, valueCharacters }: TagLimits = OBJECT_TAGS,
): Record<string, string> {
  if (pairs.length > count) throw new OssError(400, 'BadRequest', `Tags cannot be more than ${count}.`)
  const tags: Record<string, string> = {}
  for (const [name, value] of pairs) {
    const allowed = /^[A-Za-z0-9 +\-=._:/]*$/
    const fits = name !== '' && name.length <= keyCharacters && value.length <= valueCharacters
    if (!fits || !allowed.test(name) || !allowed.test(value) || Object.hasOwn(tags, name)) throw invalidTag(name)
    tags[name] = value
  }
  return tags
}

function invalidTag(tag: string): OssError {
  return new OssError(400, 'InvalidTag', 'The tag you have provided is invalid.', { Tag: tag })
}
