import type { Docs, Words } from '../grammar/docs.ts'
import { autoOrientDocs } from './auto-orient.ts'
import { averageHueDocs } from './average-hue.ts'
import { blurDocs } from './blur.ts'
import { brightDocs } from './bright.ts'
import { circleDocs } from './circle.ts'
import { contrastDocs } from './contrast.ts'
import { cropDocs } from './crop.ts'
import { formatActionDocs } from './format.ts'
import { indexcropDocs } from './indexcrop.ts'
import { infoDocs } from './info.ts'
import { interlaceDocs } from './interlace.ts'
import { qualityActionDocs } from './quality.ts'
import { resizeDocs } from './resize.ts'
import { rotateDocs } from './rotate.ts'
import { roundedCornersDocs } from './rounded-corners.ts'
import { sharpenDocs } from './sharpen.ts'
import { watermarkDocs } from './watermark.ts'
import type { ACTIONS, Operation } from './list.ts'

type BuiltIn = (typeof ACTIONS)[number]

/**
 * The words for each action, for `explain`, the page and the tables of the README. An action of one's own can do without:
 * its steps are then shown as they are spelled.
 */
export const ACTION_DOCS: { readonly [A in BuiltIn as A['name']]?: Docs<A> } = {
  'auto-orient': autoOrientDocs,
  'average-hue': averageHueDocs,
  blur: blurDocs,
  bright: brightDocs,
  circle: circleDocs,
  contrast: contrastDocs,
  crop: cropDocs,
  format: formatActionDocs,
  indexcrop: indexcropDocs,
  info: infoDocs,
  interlace: interlaceDocs,
  quality: qualityActionDocs,
  resize: resizeDocs,
  rotate: rotateDocs,
  'rounded-corners': roundedCornersDocs,
  sharpen: sharpenDocs,
  watermark: watermarkDocs,
}

/**
 * One step as a sentence.
 * @param spelled its canonical text, for actions that have no words.
 */
export function inWords(operation: Operation, spelled: string): Words {
  // Looked up by the operation's own action, so the words do take this operation.
  const docs = ACTION_DOCS[operation.action] as { words(operation: Operation): Words } | undefined
  return docs?.words(operation) ?? { en: spelled, zh: spelled }
}
