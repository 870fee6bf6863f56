// What counts as a secret in a test, and whether a text holds one.

/** Environment variables whose values nobody may print. */
const NAMES = /^(MIRROR_SECRET|SIGNING_KEY|\w*ACCESS_KEY_SECRET|\w*SECURITY_TOKEN|AccessKeySecret|SecurityToken)$/

/** What tests give for a secret that is not taken: too short to be told from a word. */
const LEAST_CHARACTERS = 14

/** Keys that the local cloud makes, for its owner and for the roles, whoever is given them. */
const MADE_BY_THE_LOCAL_CLOUD: readonly (readonly [string, RegExp])[] = [
  ['secret of an access key', /(?:owner|role)secret-[\w-]{16,}/],
  ['security token', /CAIS[\w+/%-]{60,}/],
]

/** `npm start -- --json` prints the keys of the local cloud for other programs, in one line of this form and nowhere else. */
const ADDRESSES = /^\{"oss":"http:\/\/localhost:[^\n]*"mirrorSecret":"[\w-]+"[^\n]*\}$/gm

/** @param env `NAME=value` each. @returns value → name; lists are taken apart. */
export function secretsIn(env: readonly string[]): Map<string, string> {
  const secrets = new Map<string, string>()
  for (const entry of env) {
    const at = entry.indexOf('=')
    const name = entry.slice(0, at)
    if (!NAMES.test(name)) continue
    for (const value of entry.slice(at + 1).split(',')) {
      const secret = value.trim()
      if (secret.length >= LEAST_CHARACTERS) secrets.set(secret, name)
    }
  }
  return secrets
}

/** Which secrets a text holds, plain or as in a URL or as base64, with what stands before each: never the secret itself. */
export function leaksIn(printed: string, secrets: ReadonlyMap<string, string>): string[] {
  const text = printed.replace(ADDRESSES, '')
  const leaks: string[] = []
  const add = (name: string, at: number) => leaks.push(`${name} after «${text.slice(Math.max(0, at - 80), at)}»`)
  for (const [secret, name] of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
      const at = text.indexOf(form)
      if (at >= 0) add(name, at)
    }
  }
  for (const [name, pattern] of MADE_BY_THE_LOCAL_CLOUD) {
    const at = text.search(pattern)
    if (at >= 0) add(name, at)
  }
  return leaks
}
