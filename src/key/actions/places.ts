import type { Words } from '../grammar/docs.ts'

/** The nine places of OSS's `g`. */
export const PLACES = ['nw', 'north', 'ne', 'west', 'center', 'east', 'sw', 'south', 'se'] as const

export type Place = (typeof PLACES)[number]

const IN_WORDS: Readonly<Record<Place, Words>> = {
  nw: { en: 'top left', zh: '左上' },
  north: { en: 'top', zh: '中上' },
  ne: { en: 'top right', zh: '右上' },
  west: { en: 'left', zh: '左中' },
  center: { en: 'centre', zh: '中心' },
  east: { en: 'right', zh: '右中' },
  sw: { en: 'bottom left', zh: '左下' },
  south: { en: 'bottom', zh: '中下' },
  se: { en: 'bottom right', zh: '右下' },
}

export function placeInWords(place: Place): Words {
  return IN_WORDS[place]
}
