import { defineAction, type OperationOf } from '../grammar/action.ts'
import type { Docs } from '../grammar/docs.ts'
import { choice, integer } from '../grammar/kinds.ts'
import { byDefault } from '../grammar/parameter.ts'
import { PLACES, placeInWords } from './places.ts'

/** OSS's bound is the picture itself; this is the longest side a source may have. */
const pixels = integer(0, 30_000)

/**
 * A rectangle. `g` gives its origin, `x` and `y` are added to it, and what sticks out of the picture is cut off; a start
 * outside the picture is refused when the picture's size is known.
 * @see https://help.aliyun.com/zh/oss/user-guide/custom-crop
 */
export const crop = defineAction({
  name: 'crop',
  parameters: {
    w: byDefault(pixels, 0),
    h: byDefault(pixels, 0),
    x: byDefault(pixels, 0),
    y: byDefault(pixels, 0),
    g: byDefault(choice([...PLACES, 'auto']), 'nw'),
  },
  ignored: ({ g }) => (g === 'auto' ? ['x', 'y'] : []),
  // A rectangle as large as the picture lies in the same place whatever its anchor.
  neutral: ({ w, h }) => (w === 0 && h === 0 ? ['g'] : []),
})

export type Crop = OperationOf<typeof crop>

export const cropDocs: Docs<typeof crop> = {
  about: { en: 'cut out a rectangle', zh: '裁剪' },
  parameters: {
    w: 'width in pixels; 0, as when left out, reaches to the edge',
    h: 'height in pixels; 0, as when left out, reaches to the edge',
    x: 'shift to the right in pixels',
    y: 'shift down in pixels',
    g: 'where the rectangle lies before the shift; auto: where attention goes (not in OSS; x and y are ignored)',
  },
  words({ w, h, x, y, g }) {
    const size = `${w || '…'} × ${h || '…'}`
    if (g === 'auto') return { en: `cut ${size} px where attention goes`, zh: `按主体裁剪 ${size} 像素` }
    const place = placeInWords(g)
    return {
      en: `cut ${size} px at the ${place.en} + (${x}, ${y})`,
      zh: `自${place.zh} + (${x}, ${y}) 裁剪 ${size} 像素`,
    }
  },
}
