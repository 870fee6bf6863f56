// What is left in the compressed bucket after the first read: OSS keeps it for ever, so it has to be right.
import { randomBytes } from 'node:crypto'

import { headObject, refusalOf, type StoredObject } from '../bucket.ts'
import { careful, type Check, type Examination, type Finding, good, once, wrong } from '../check.ts'
import { type Answer, inWords } from '../http.ts'
import { lookAt } from '../picture.ts'
import { firstContact } from './function.ts'
import { firstRead, photoKey, readAs, stored } from './read.ts'
import { functionUrl, isOn, ourRule } from './rule.ts'

/** The later checks run only where something is stored. */
async function storedPhoto(examination: Examination): Promise<StoredObject> {
  const found = await stored(examination)
  if (found === undefined) throw new Error('Expected the picture to be stored, found nothing.')
  return found
}

const isAttachment = (value: string | null | undefined) => /^\s*attachment/i.test(value ?? '')
const PURGE = 'then remove what was stored so far: npm run purge (npm run audit lists it)'

/** Metadata nobody but this run can have written. */
const MARK = 'x-oss-meta-doctor'

/**
 * The object, marked by a copy onto itself, read once more: an answer with the mark can only come from the bucket.
 * `undefined`: these keys may not write there.
 */
async function markAndRead(examination: Examination): Promise<{ answer: Answer; marked: boolean | undefined }> {
  const { owner, deployment } = examination
  const key = photoKey(examination)
  const { headers } = await storedPhoto(examination)
  const mark = randomBytes(8).toString('hex')
  // What the function noted stays: by it the function events tells whether the object is up to date.
  const notes = Object.entries(headers).filter(([name]) => name.startsWith('x-oss-meta-')) as [string, string][]
  try {
    await owner.compressed.put(key, Buffer.alloc(0), {
      headers: {
        'x-oss-copy-source': `/${deployment.compressed}/${encodeURIComponent(key)}`,
        'x-oss-metadata-directive': 'REPLACE',
        'Content-Type': headers['content-type'] ?? 'application/octet-stream',
        'Cache-Control': headers['cache-control'] ?? 'no-cache',
        ...Object.fromEntries(notes),
        [MARK]: mark,
      },
      timeout: 10_000,
    })
  } catch (error) {
    if (refusalOf(error).status !== 403) throw error
    return { answer: await readAs(examination, key), marked: undefined }
  }
  const answer = await readAs(examination, key)
  return { answer, marked: answer.headers.get(MARK) === mark }
}

const secondRead = once(async (examination) => {
  const first = await markAndRead(examination)
  if (first.marked !== false) return first
  // An event of the upload may have removed the object between both; the read has made it again by now.
  if ((await headObject(examination.owner.compressed, photoKey(examination))) === undefined) return first
  return markAndRead(examination)
})

/** Signs of a cache in front of the bucket that answered by itself. */
function fromCache({ headers }: Answer): boolean {
  return (
    /\bhit\b/i.test(`${headers.get('x-cache')} ${headers.get('x-swift-cachetime')}`) ||
    Number(headers.get('age') ?? 0) > 0
  )
}

async function whoWrites(examination: Examination): Promise<Finding> {
  const { store } = examination.deployment.config
  const proxyPass = isOn(await ourRule(examination), 'MirrorProxyPass')
  const { headers } = await storedPhoto(examination)
  const byOss = headers['x-oss-tag'] !== undefined
  const ourMeta = headers['x-oss-meta-recipe'] !== undefined
  if (store === 'function') {
    if (byOss) {
      return careful(
        `both write, and OSS is last${proxyPass ? ': MirrorProxyPass is not honoured here' : ''}${ourMeta ? '' : '; what the function noted with the object is lost'}`,
        'Set STORE=mirror in .env, so that one writes: npx s deploy -y and npm run setup -- --apply.',
      )
    }
    if (!ourMeta)
      return careful(
        'the object carries neither the mark of OSS nor that of the function',
        'Is another program writing to the compressed bucket?',
      )
    return good(proxyPass ? 'the function alone; MirrorProxyPass is honoured' : 'the function, last')
  }
  if (!byOss) return careful('the function writes, though .env says STORE=mirror', 'npx s deploy -y takes .env over.')
  if (!ourMeta)
    return careful(
      'OSS alone; MirrorSaveOssMeta is not honoured here, so reports know less',
      'Nothing has to be done; STORE=function keeps the notes.',
    )
  return good("OSS alone, with the function's notes")
}

export const STORED: readonly Check[] = [
  {
    name: 'stored',
    title: 'After the first read it is stored',
    needs: ['first-read'],
    unless: ['origin-writes'],
    async run(examination) {
      if ((await stored(examination)) !== undefined) return good()
      const { store } = examination.deployment.config
      return wrong(
        'readers get the picture, but nothing is stored: every read calls the function',
        store === 'mirror'
          ? 'With STORE=mirror OSS stores: MirrorProxyPass has to be off in the rule (npm run setup), and the function deployed with STORE=mirror (npx s deploy -y).'
          : 'The log of the function has putError: npx s origin logs --tail. Its role needs oss:PutObject on the compressed bucket (npm run setup -- --apply), and OSS_COMPRESS_BUCKET_NAME of the function has to be the one in .env (npx s deploy -y).',
      )
    },
  },
  {
    name: 'stored-bytes',
    title: 'Stored is what was answered',
    needs: ['stored'],
    async run(examination) {
      await storedPhoto(examination)
      const answered = (await firstRead(examination)).body
      const { content } = await examination.owner.compressed.get(photoKey(examination), { timeout: 30_000 })
      const bytes = content as Buffer
      if (bytes.equals(answered)) return good(`${bytes.length} bytes`)
      // Made twice where the upload's event came in between; the same original gives the same bytes but for that.
      const look = await lookAt(bytes)
      if (look?.shows === 'first')
        return careful(
          `${answered.length} bytes were answered, ${bytes.length} other bytes of the same picture are stored`,
          'Is QUALITY or FORMAT being changed right now? Run npm run doctor again.',
        )
      return wrong(
        `${answered.length} bytes were answered, ${bytes.length} other bytes are stored`,
        `Find out who else writes to ${examination.deployment.compressed}; npm run audit lists stored objects that are not what their key says.`,
      )
    },
  },
  {
    name: 'stored-headers',
    title: 'Its Content-Type and Cache-Control are right',
    needs: ['stored'],
    async run(examination) {
      const { headers } = await storedPhoto(examination)
      const look = await lookAt((await firstRead(examination)).body)
      const { cacheControl } = examination.deployment.config
      const [type, cache] = [headers['content-type'], headers['cache-control']]
      if (type !== look?.contentType)
        return wrong(
          `Content-Type is ${type}, the bytes are ${look?.contentType}`,
          `Look for a header rule of the custom domain or the bucket that changes it; ${PURGE}.`,
        )
      if (cache !== cacheControl)
        return wrong(
          `Cache-Control is ${cache ?? 'missing'}, .env says ${cacheControl}`,
          `npx s deploy -y takes CACHE_CONTROL over; ${PURGE}.`,
        )
      if (headers['content-encoding'] !== undefined)
        return wrong(
          `Content-Encoding is ${headers['content-encoding']}`,
          `Turn compression off for the custom domain of the function; ${PURGE}.`,
        )
      return good(`${type}, ${cache}`)
    },
  },
  {
    name: 'disposition',
    title: 'It is shown, not downloaded',
    needs: ['stored'],
    async run(examination) {
      const { headers } = await storedPhoto(examination)
      const url = (await functionUrl(examination)) ?? 'the function'
      const forcedByBucket = headers['x-oss-force-download'] !== undefined
      const domain =
        'Give the function a domain of its own: set CUSTOM_DOMAIN and FUNCTION_URL in .env, npx s deploy -y, npm run setup -- --apply'
      if (isAttachment(headers['content-disposition']) && !forcedByBucket) {
        return wrong(
          'Content-Disposition: attachment is stored with it: every reader who opens it gets a download',
          `${domain}; ${PURGE}.`,
        )
      }
      if (isAttachment((await firstContact(examination)).headers.get('content-disposition'))) {
        return wrong(
          `${url} makes every answer a download, as default domains of Function Compute do: the first reader of each picture gets one, and where OSS stores the answer everybody does`,
          `${domain}.`,
        )
      }
      const seen = await readAs(examination, photoKey(examination), 'HEAD')
      if (forcedByBucket || isAttachment(seen.headers.get('content-disposition'))) {
        return careful(
          `${new URL(examination.deployment.readerUrl).host} makes every answer a download, as default domains of OSS do; what is stored is right`,
          'Bind a domain to the compressed bucket (console: Bucket Settings → Domain Names) and set READER_URL to it.',
        )
      }
      return good()
    },
  },
  {
    name: 'address-hidden',
    title: "Readers do not learn the function's address",
    needs: ['stored'],
    async run(examination) {
      const host = new URL((await functionUrl(examination)) ?? 'http://unknown.invalid').host
      const { headers } = await readAs(examination, photoKey(examination), 'HEAD')
      const telling = [...headers].find(([name, value]) => name !== 'host' && decoded(value).includes(host))
      if (telling === undefined) return good()
      return careful(
        `the header ${telling[0]} of stored objects names it: ${decoded(telling[1])}`,
        'The secret still keeps strangers out. With STORE=function and MirrorProxyPass nothing of OSS is stored with the object: npm run setup.',
      )
    },
  },
  { name: 'who-writes', title: 'One writes each object', needs: ['stored'], run: whoWrites },
  {
    name: 'second-read',
    title: 'The second read does not reach the function',
    needs: ['stored'],
    async run(examination) {
      const { answer, marked } = await secondRead(examination)
      if (answer.status !== 200)
        return wrong(
          `the second read gives ${inWords(answer)}`,
          'Run npm run doctor again; npm run audit looks at what is stored.',
        )
      const facts = `${answer.ms} ms`
      if (marked === true) return good(facts)
      if (fromCache(answer)) return good(`${facts}, from the cache in front of the bucket`)
      // The headers of OSS's own objects; an answer that is being mirrored has none of them.
      const asObject = answer.headers.get('x-oss-object-type') !== null
      if (marked === undefined && asObject) return good(facts)
      if (marked === undefined)
        return {
          ok: null,
          cause: 'not checked: these keys may not write to the compressed bucket',
          fix: `Allow oss:PutObject to them on acs:oss:*:*:${examination.deployment.compressed}/*.`,
        }
      return wrong(
        'it does not come from the bucket, though the object is there',
        'Look for what stands between reader and bucket (READER_URL, CDN, edge routine) and goes to the function by itself.',
      )
    },
  },
  {
    name: 'reader-head',
    title: 'HEAD says the same as GET',
    needs: ['stored'],
    unless: ['second-read'],
    async run(examination) {
      const [head, get] = [
        await readAs(examination, photoKey(examination), 'HEAD'),
        (await secondRead(examination)).answer,
      ]
      const facts = (answer: Answer) =>
        [answer.status, answer.headers.get('content-type'), answer.headers.get('etag')].join(' ')
      if (facts(head) === facts(get)) return good()
      return wrong(
        `HEAD: ${facts(head)}; GET: ${facts(get)}`,
        'Look for what stands between reader and bucket (READER_URL, CDN, edge routine).',
      )
    },
  },
]

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
