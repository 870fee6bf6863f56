// Keys that are not just a picture: with unusual characters, of nothing, with operations.
import { headObject, refusalOf } from '../bucket.ts'
import { careful, type Check, type Examination, type Finding, good, unknown, wrong } from '../check.ts'
import { inWords } from '../http.ts'
import { askFunction, workingSecret } from './function.ts'
import { photoKey, readAs, upload } from './read.ts'

/** Everything that is written in more than one way in a URL. */
const UNUSUAL = 'a b+c %41 中文 (1)&#.jpg'

/** Few sites list it: too odd for any layout. */
function oddWidth({ deployment }: Examination): number {
  const { allow } = deployment.config.keySettings
  const listed = allow === 'open' ? [] : allow.sizes.map(({ w }) => w)
  return [137, 139, 149, 151].find((width) => !listed.includes(width)) ?? 157
}

/** Whether a listed size is also made with what is understood anyway spelled out: the same picture under a second name. */
async function anySpelling(examination: Examination): Promise<Finding> {
  const refused = 'a size that is not listed is refused'
  const { allow } = examination.deployment.config.keySettings
  const [size] = allow === 'open' ? [] : allow.sizes
  if (size === undefined) return good(refused)
  const sides = (['w', 'h', 'l', 's'] as const).flatMap((side) => (size[side] ? [`${side}_${size[side]}`] : []))
  const key = `${photoKey(examination)}__op__resize,m_lfit,${sides.join(',')}`
  const { status } = await askFunction(examination, key, {
    secret: await workingSecret(examination),
    method: 'HEAD',
  })
  if (status === 403) return good(refused)
  if (status !== 200) return unknown(`HEAD of a key with a listed size gives ${status}`, 'npx s origin logs --tail')
  return careful(
    `${refused}, but a listed one is made under any spelling (${key.slice(key.lastIndexOf('/') + 1)} is a second name of ${sides.join(',')}): each picture can be stored under thousands of names`,
    'Add spellings=canonical to ALLOW in .env, unless old links need theirs; then npx s deploy -y.',
  )
}

export const KEYS: readonly Check[] = [
  {
    name: 'unusual-names',
    title: 'Names with blanks, plus, percent signs and Chinese characters arrive as they are',
    needs: ['first-read'],
    async run(examination) {
      const key = examination.scratch.key(UNUSUAL)
      await upload(examination, key, 'second')
      const answer = await readAs(examination, key)
      if (answer.status === 200) return good()
      return wrong(
        `«${UNUSUAL}» reads ${inWords(answer)}: OSS hands such names on in another spelling than it stores them`,
        'Use names of letters, digits, - _ . and / until that is understood; the log of the function has the path as it came (npx s origin logs --tail).',
      )
    },
  },
  {
    name: 'signed-read',
    title: 'Known: whether a signed read calls the mirror',
    needs: ['first-read'],
    async run(examination) {
      const key = examination.scratch.key('signed.jpg')
      await upload(examination, key, 'second')
      // One report says that it does not; the documents are silent.
      const refusal = await examination.owner.compressed.get(key, { timeout: examination.limits.requestMs }).then(
        () => undefined,
        (error: unknown) => refusalOf(error),
      )
      if (refusal === undefined) return good('it does: a CDN may sign its reads')
      if (refusal.status === 404) return good('it does not: CDN and programs have to read without signing')
      return unknown(`a signed read of a missing object gives ${refusal.code}: ${refusal.message}`)
    },
  },
  {
    name: 'missing-key',
    title: 'What has no original is 404 to readers, and stays away',
    needs: ['function-missing', 'compressed-public', 'rule', 'rule-first', 'rule-url', 'rule-secret', 'rule-options'],
    unless: ['first-read'],
    async run(examination) {
      const key = examination.scratch.key('nothing.jpg')
      examination.scratch.used()
      const answer = await readAs(examination, key)
      if ((await headObject(examination.owner.compressed, key)) !== undefined) {
        return wrong(
          `${inWords(answer)}, and something is stored under a key that has no original`,
          'Stop the rule at once (console: Data Management → Mirroring-based Back-to-origin) and look at what stands behind it; npm run audit.',
        )
      }
      if (answer.status === 404) return good()
      if (answer.status === 403)
        return wrong(
          `readers get ${inWords(answer)}`,
          'Block Public Access may be on for the account, or hotlink protection refuses an empty Referer (console: Permission Control).',
        )
      if (answer.status === 200)
        return wrong(
          'readers get 200 with an error page',
          'Set HttpStatus of the error page to 404 (console: Data Management → Static Pages).',
        )
      return wrong(
        `readers get ${inWords(answer)} instead of 404`,
        'Between OSS and the function something changes the status: a firewall, a CDN, another domain? Ask the address in the rule with curl -i.',
      )
    },
  },
  {
    name: 'allow',
    title: 'Strangers cannot have pictures made in every size there is',
    needs: ['upload', 'function-head'],
    async run(examination) {
      const key = `${photoKey(examination)}__op__resize,w_${oddWidth(examination)}`
      // HEAD judges the key and looks for the original; it makes and stores nothing.
      const { status } = await askFunction(examination, key, {
        secret: await workingSecret(examination),
        method: 'HEAD',
      })
      if (status === 403) return anySpelling(examination)
      if (status === 404) return good('no operations in keys (DIALECTS)')
      if (status !== 200) return unknown(`HEAD of a key with an odd size gives ${status}`, 'npx s origin logs --tail')
      return careful(
        `a key with an odd size (${key.slice(key.lastIndexOf('/') + 1)}) is not refused: whoever likes can fill the bucket${examination.deployment.local ? '; the local cloud runs open on purpose' : ''}`,
        'List what is used: ALLOW=sizes=320,640,1280;formats=auto,webp;qualities=75 in .env, or set SIGNING_KEY; then npx s deploy -y.',
      )
    },
  },
]
