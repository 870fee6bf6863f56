import { explain, markKeys } from '../../src/key/explain.ts'
import { toBase64url } from '../../src/key/base64url.ts'
import { readKey } from '../../src/key/read.ts'
import { OPEN } from './settings.ts'
import { ACTIONS } from '../../src/key/actions/list.ts'

describe('explaining a key', () => {
  it('gives original, dialect, steps in two languages and the canonical key', () => {
    expect(explain('trip/a.jpg__op__resize,w_800,m_lfit__op__format,webp', OPEN)).toEqual({
      requestedKey: 'trip/a.jpg__op__resize,w_800,m_lfit__op__format,webp',
      reading: {
        sourceKey: 'trip/a.jpg',
        dialect: 'suffix',
        steps: [
          {
            text: 'resize,w_800',
            words: { en: 'fit to width 800 px, never enlarged', zh: '等比缩放至宽 800 像素以内，不放大' },
          },
          { text: 'format,f_webp', words: { en: 'as WEBP', zh: '转为 WEBP' } },
        ],
        canonicalKey: 'trip/a.jpg__op__resize,w_800__op__format,f_webp',
        canonicalBytes: 47,
        canonicalFits: true,
        alsoReads: [],
        ignored: [],
      },
    })
  })

  it('gives the reason of a refusal, and the reading where there is one', () => {
    expect(explain('a.jpg__op__resize,w_0', OPEN)).toEqual({
      requestedKey: 'a.jpg__op__resize,w_0',
      refusal: {
        code: 'bad_operation',
        words: { en: 'not a known operation', zh: '无法识别的图片操作' },
        message: 'Expected resize w to be an integer from 1 to 16384, got "0"',
      },
    })
    const listed = { ...OPEN, allow: { styles: 'all', sizes: [{ w: 320 }], formats: [], qualities: [] } } as const
    expect(explain('a.jpg__op__resize,w_333', listed)).toMatchObject({
      reading: { sourceKey: 'a.jpg' },
      refusal: { code: 'not_allowed', message: 'Expected a listed size, got w_333 (nearest is w_320)' },
    })
  })

  it('says that a style may be mistyped, and whether the canonical key can be stored', () => {
    expect(explain('a.jpg!smal', OPEN).reading?.whenMissing?.code).toBe('no_such_style')
    expect(explain(`${'a'.repeat(1000)}!hero`, OPEN).reading).toMatchObject({ style: 'hero', canonicalFits: false })
  })

  it('names every other original that is read', () => {
    const logo = toBase64url('logo.png')
    const key = `a.jpg__op__watermark,image_${logo}__op__watermark,image_${logo},g_nw,text_${toBase64url('水')}`
    expect(explain(key, OPEN).reading?.alsoReads).toEqual(['logo.png'])
    expect(markKeys(readKey('a.jpg__op__rotate,90', OPEN))).toEqual([])
  })

  it.each([
    'resize,m_mfit,w_9,h_9',
    'resize,m_fill,w_9,g_auto',
    'resize,m_pad,w_9,limit_0',
    'resize,m_fixed,l_9,s_9',
    'resize,p_50',
    'crop,w_9,g_se',
    'crop,w_9,h_9,g_auto',
    'circle,r_9',
    'rounded-corners,r_9',
    'indexcrop,x_9',
    'indexcrop,y_9,i_2',
    'rotate,90',
    'auto-orient,0',
    'auto-orient,1',
    'blur,r_1,s_2',
    'bright,5',
    'contrast,5',
    'sharpen,50',
    'quality,q_9',
    'quality,Q_9',
    'quality,Q_lossless',
    'format,auto',
    'interlace,0',
    'interlace,1',
    'watermark,text_YQ,t_50',
    'watermark,image_YQ,text_YQ,fill_1',
    'info',
    'average-hue',
  ])('%s has a sentence in English and one in Chinese', (step) => {
    const { words } = explain(`a.jpg__op__${step}`, OPEN).reading?.steps[0] ?? {}
    expect(words?.en).toMatch(/^[^\p{Script=Han}]{8,}$/u)
    expect(words?.zh).toMatch(/\p{Script=Han}/u)
    for (const text of [words?.en, words?.zh]) expect(text).not.toMatch(/undefined|NaN|object/)
  })

  it('covers every action above', () => {
    expect(ACTIONS).toHaveLength(17)
  })
})
