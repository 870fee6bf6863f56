import type { SettledFormat } from './auto.ts'

/** Best first: AVIF is the smaller one of the two at equal looks. */
const OFFERED = ['avif', 'webp'] as const

/**
 * The best format that a reader says it takes. Only a type that is named counts: `image/*` and `*∕*` come from programs
 * that take neither. A quality of 0 is a refusal, and a missing header means the original's format (RFC 9110 section 12.5.1
 * would allow anything; a picture that does not show would be no help).
 *
 * @param accept the value of the Accept header, if there is one.
 */
export function pickFormat(accept: string | null | undefined): SettledFormat {
  const qualities = new Map<string, number>()
  for (const entry of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    qualities.set(
      type,
      quality === undefined ? 1 : /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality) : 0,
    )
  }
  const quality = (format: string): number => qualities.get(`image/${format}`) ?? 0
  const [best] = OFFERED.filter((format) => quality(format) > 0).sort((a, b) => quality(b) - quality(a))
  return best ?? 'source'
}
