import type { PageFacts } from '../told.ts'
import type { KeySettings } from '../../../../src/key/settings.ts'

/** What the server told this page when it was loaded. */
export const facts = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name=facts]')?.content ?? '{}',
) as PageFacts

/** As the function has them; the local cloud allows everything. */
export const keySettings: KeySettings = {
  dialects: facts.dialects as KeySettings['dialects'],
  styles: facts.styles,
  allow: 'open',
}
