import { decoding, open } from '../engine.ts'
import type { ImageFacts } from '../types.ts'
import { exifFields } from './exif-fields.ts'

const NAMES: Partial<Record<ImageFacts['format'], string>> = { jpeg: 'jpg' }

/**
 * Facts about a picture as OSS gives them: every one an object with a text. Width and height as stored, since the
 * orientation stands beside them. https://help.aliyun.com/zh/oss/user-guide/query-the-exif-data-of-an-image-4
 */
export async function answerInfo(source: Buffer, facts: ImageFacts): Promise<string> {
  const sideways = facts.orientation >= 5
  const fields: Record<string, string> = {
    FileSize: String(source.length),
    Format: NAMES[facts.format] ?? facts.format,
    FrameCount: String(facts.pages),
    ImageHeight: String(sideways ? facts.width : facts.height),
    ImageWidth: String(sideways ? facts.height : facts.width),
  }
  // OSS gives no EXIF for PNG.
  if (facts.format !== 'png') {
    const { exif } = await decoding(() => open(source).metadata())
    if (exif !== undefined) Object.assign(fields, exifFields(exif))
  }
  const names = Object.keys(fields).sort()
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, { value: fields[name] }])))
}
