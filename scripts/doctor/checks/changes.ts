// Whether a replaced and a deleted original reach the compressed bucket: the work of the function events.
import { headObject } from '../bucket.ts'
import { careful, type Check, type Examination, good, wrong } from '../check.ts'
import { inWords } from '../http.ts'
import { lookAt } from '../picture.ts'
import { lookUntil, photoKey, readAs, upload } from './read.ts'

const EVENTS_FIX =
  'npx s deploy -y deploys the function events with its OSS trigger (console: Function Compute → the function events → Triggers: ObjectCreated and ObjectRemoved of the originals bucket, enabled). Its log says what it does: npx s events logs --tail. It may only be slow: npm run doctor -- --wait 300.'

/** @returns whether the compressed object is gone, or another one, within the time an event may take. */
async function changed(examination: Examination, before: string): Promise<boolean> {
  const { owner, limits } = examination
  const seen = await lookUntil(examination, limits.eventsMs, async () => {
    const now = await headObject(owner.compressed, photoKey(examination))
    return now?.etag === before ? undefined : true
  })
  return seen === true
}

export const CHANGES: readonly Check[] = [
  {
    name: 'replaced',
    title: 'A replaced original shows up',
    needs: ['stored'],
    unless: ['second-read', 'events-role', 'events-can'],
    async run(examination) {
      const before = await headObject(examination.owner.compressed, photoKey(examination))
      const started = performance.now()
      await upload(examination, photoKey(examination), 'second')
      if (before !== undefined && !(await changed(examination, before.etag))) {
        return wrong(
          `${examination.limits.eventsMs / 1000} s after the original was replaced, readers still get the old picture: no event reaches the function events, or it does nothing`,
          EVENTS_FIX,
        )
      }
      const facts = `after ${Math.round(performance.now() - started)} ms`
      const answer = await readAs(examination, photoKey(examination))
      if (answer.status !== 200) return wrong(`the next read gives ${inWords(answer)}`, 'npx s origin logs --tail')
      if ((await lookAt(answer.body))?.shows === 'second') return good(facts)
      return careful(
        `the bucket has let the old picture go ${facts}, but readers still get it: a cache in front keeps it`,
        'It goes when its max-age is over (CACHE_CONTROL); a purge of the CDN is quicker.',
      )
    },
  },
  {
    name: 'deleted',
    title: 'A deleted original is gone for readers',
    needs: ['replaced'],
    async run(examination) {
      const key = photoKey(examination)
      const { owner } = examination
      const present = await lookUntil(examination, examination.limits.settleMs, () => headObject(owner.compressed, key))
      const started = performance.now()
      const { res } = await owner.originals.delete(key)
      examination.scratch.note(key, res.headers)
      if (present !== undefined && !(await changed(examination, present.etag))) {
        return wrong(
          `${examination.limits.eventsMs / 1000} s after the original was deleted, its picture is still there`,
          EVENTS_FIX,
        )
      }
      const facts = `after ${Math.round(performance.now() - started)} ms`
      const answer = await readAs(examination, key)
      if (answer.status === 404) return good(facts)
      if (answer.status === 200)
        return careful(
          `the bucket has let it go ${facts}, but a cache in front still answers 200`,
          'It goes when its max-age is over (CACHE_CONTROL); a purge of the CDN is quicker.',
        )
      return wrong(`readers get ${inWords(answer)} instead of 404`, 'npx s origin logs --tail')
    },
  },
]
