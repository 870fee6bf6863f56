import { ACTIONS } from '../../../../../src/key/actions/list.ts'
import { explain } from '../../../../../src/key/explain.ts'
import { keyFromQuery } from '../../../../../src/key/query/key-from-query.ts'
import { readKey } from '../../../../../src/key/read.ts'
import type { KeySettings } from '../../../../../src/key/settings.ts'
import { spellingsOf } from '../../../../../scripts/local/page/app/build/dialects.ts'
import { draftKey, draftOf, newDraft, stepText } from '../../../../../scripts/local/page/app/build/draft.ts'
import { FORMS, WITHOUT_FIELD } from '../../../../../scripts/local/page/app/build/forms.ts'
import { snippetsOf } from '../../../../../scripts/local/page/app/build/snippets-of.ts'

const SETTINGS: KeySettings = {
  dialects: ['suffix', 'style'],
  styles: { thumb: 'image/resize,m_fill,w_240,h_240/format,webp' },
  allow: 'open',
}
const SIZED: KeySettings = { ...SETTINGS, dialects: ['suffix', 'size-prefix'], styles: {} }

describe('forms', () => {
  it.each(ACTIONS.map((action) => [action.name, action] as const))(
    '%s: a field for every parameter',
    (name, action) => {
      const fields = FORMS[name].fields.map((field) => field.name).filter((field) => field !== 'scale')
      expect([...fields, ...(WITHOUT_FIELD[name] ?? [])].sort()).toEqual(Object.keys(action.parameters).sort())
    },
  )

  it.each(ACTIONS.map(({ name }) => name))(
    '%s: begins as something the function takes, or says what is missing',
    (name) => {
      const { refusal, reading } = explain(draftKey('a.jpg', [newDraft(name)]), SETTINGS)
      if (name === 'watermark') expect(refusal?.message).toMatch(/^Expected watermark to have text or image/)
      else expect([refusal, reading?.steps.length, reading?.ignored]).toEqual([undefined, 1, []])
    },
  )

  it.each(ACTIONS.map(({ name }) => name))('%s: every choice offered is one the function takes', (name) => {
    for (const field of FORMS[name].fields) {
      for (const { value } of field.options ?? []) {
        const draft = newDraft(name)
        const image = name === 'watermark' ? { image: 'logo.png' } : {}
        const key = draftKey('a.jpg', [{ ...draft, values: { ...draft.values, ...image, [field.name]: value } }])
        expect([key, explain(key, SETTINGS).refusal]).toEqual([key, undefined])
      }
    }
  })
})

describe('drafts', () => {
  it('a step of a key becomes a draft that asks for the same', () => {
    for (const step of [
      'resize,m_fill,w_300,h_200,g_auto',
      'crop,w_10,x_5,g_center',
      'rotate,90',
      'format,f_webp',
      'format,png',
      'bright,-20',
      'quality,q_lossless',
      'info',
      stepText(newDraft('watermark', { image: 'marks/logo é.png', scale: '25', g: 'nw' })),
      stepText(newDraft('watermark', { text: '山水 & co', size: '30' })),
    ]) {
      const draft = draftOf(step)
      const canonical = (text: string) => readKey(`a.jpg__op__${text}`, SETTINGS).canonicalKey
      expect(draft && canonical(stepText(draft))).toBe(canonical(step))
    }
  })

  it('a step the forms cannot hold is none', () => {
    expect(draftOf('watermark,text_YQ,shadow_20')).toBeUndefined()
    expect(draftOf('nonsense,1')).toBeUndefined()
    expect(draftOf('constructor')).toBeUndefined()
  })

  it('what is typed wrong reaches the grammar as it was typed', () => {
    const key = draftKey('a.jpg', [newDraft('resize', { w: '08' })])
    expect(explain(key, SETTINGS).refusal?.message).toBe('Expected resize w to be an integer from 1 to 16384, got "08"')
  })

  it('an original whose name looks like a request stays the original', () => {
    const key = draftKey('a__op__info', [newDraft('rotate')])
    expect(explain(key, SETTINGS).reading).toMatchObject({ sourceKey: 'a__op__info' })
  })
})

describe('spellings', () => {
  const spell = (key: string) => {
    const { sourceKey, canonicalKey, steps } = readKey(key, SETTINGS)
    return spellingsOf({ sourceKey, canonicalKey, steps }, SETTINGS)
  }
  it.each([
    'trip/a.jpg__op__resize,m_fill,w_240,h_240__op__format,f_webp',
    'trip/a.jpg__op__resize,w_800',
    'trip/a.jpg__op__resize,m_fill,w_300,h_200',
    'trip/a.jpg__op__resize,limit_0,m_fill,w_300,h_200',
    'trip/a.jpg__op__resize,m_mfit,w_300,h_200',
    'a.jpg__op__resize,p_150__op__rotate,90',
    'a b ü.jpg__op__blur,r_3,s_2',
  ])('all of %s lead to it', (key) => {
    const { canonicalKey } = readKey(key, SETTINGS)
    const spellings = spell(key)
    expect(spellings.map(({ dialect }) => dialect)).toEqual(
      expect.arrayContaining(['suffix', 'style', 'oss', 'cdn', 'bce']),
    )
    for (const { dialect, text, setting } of spellings) {
      const [path = '', query = ''] = text.split('?')
      const styles = setting === undefined ? SETTINGS.styles : { name: setting.slice('name='.length) }
      const settings = dialect === 'size' ? SIZED : { ...SETTINGS, styles }
      expect([dialect, readKey(keyFromQuery(path, query, settings), settings).canonicalKey]).toEqual([
        dialect,
        canonicalKey,
      ])
    }
  })

  it('a configured style is named, a size prefix is where it says the same', () => {
    expect(spell('a.jpg__op__resize,m_fill,w_240,h_240__op__format,f_webp')).toContainEqual({
      dialect: 'style',
      text: 'a.jpg!thumb',
    })
    const sized = (key: string) => spell(key).find(({ dialect }) => dialect === 'size')?.text
    expect(sized('t/a.jpg__op__resize,limit_0,m_fill,w_30,h_20')).toBe('30*20/t/a.jpg')
    expect(sized('t/a.jpg__op__resize,m_fill,w_30,h_20')).toBe('t/30x20/a.jpg')
    expect(sized('t/a.jpg__op__resize,w_30')).toBe('t/30xAUTO/a.jpg')
    expect(sized('t/a.jpg__op__resize,l_30')).toBeUndefined()
    expect(sized('t/a.jpg__op__resize,w_30__op__rotate,90')).toBeUndefined()
  })
})

describe('HTML to paste', () => {
  const base = { base: 'https://img.example.com/', alt: '', size: { width: 800, height: 600 }, sourceWidth: 1600 }
  const html = (facts: Partial<Parameters<typeof snippetsOf>[0]>) =>
    Object.fromEntries(
      snippetsOf({ sourceKey: 'a.jpg', steps: ['resize,w_800', 'format,f_webp'], ...base, ...facts }, SETTINGS).map(
        ({ name, html }) => [name, html],
      ),
    )

  it('nothing of a key or a text leaves its attribute', () => {
    const evil = '"><script>alert(1)</script>&\'.jpg'
    for (const text of Object.values(html({ sourceKey: evil, alt: evil }))) {
      expect(text.match(/<(?!img |source |picture>|\/picture>)/g)).toBeNull()
      const attributes = text.replace(/<\/?(?:img|source|picture)|\s[a-z]+="[^"]*"|>|\s/g, '')
      expect(attributes).toBe('')
    }
    expect(html({ alt: 'a "b" <c>' })['img']).toContain('alt="a &quot;b&quot; &lt;c&gt;"')
  })

  it('every address in it is a key the function takes, in its one spelling', () => {
    for (const steps of [[], ['resize,w_800', 'format,f_webp'], ['resize,h_200,m_fill,w_300'], ['rotate,90']]) {
      for (const text of Object.values(html({ steps, sourceKey: 'trip/a, b.jpg' }))) {
        const addresses = [...text.matchAll(/https:\/\/img\.example\.com\/([^\s"]+)/g)]
        expect(addresses.length).toBeGreaterThan(0)
        for (const [, path = ''] of addresses) {
          // A comma would end a candidate of srcset.
          expect(path).not.toContain(',')
          const key = decodeURIComponent(path)
          expect([key, explain(key, SETTINGS).refusal]).toEqual([key, undefined])
          expect(readKey(key, SETTINGS).canonicalKey).toBe(key)
        }
      }
    }
  })

  it('none for what is no picture, and none that one step more would make impossible', () => {
    expect(html({ steps: ['info'] })).toEqual({})
    expect(html({ steps: ['average-hue'] })).toEqual({})
    const most = Array.from({ length: 16 }, () => 'rotate,90')
    expect(Object.keys(html({ steps: most }))).toEqual(['img'])
  })

  it('every action that can begin a version has its HTML, or none', () => {
    for (const { name } of ACTIONS) {
      const text = stepText(newDraft(name, name === 'watermark' ? { image: 'm.png' } : undefined))
      const { steps } = readKey(`a.jpg__op__${text}`, SETTINGS)
      expect([name, Object.keys(html({ steps })).length]).toEqual([
        name,
        ['info', 'average-hue'].includes(name) ? 0 : 3,
      ])
    }
  })

  it('widths up to the original; a box of two sides comes once and twice as dense', () => {
    expect([...(html({})['srcset'] ?? '').matchAll(/ (\d+w)/g)].map(([, width]) => width)).toEqual([
      '320w',
      '640w',
      '960w',
      '1280w',
    ])
    const dense = html({ steps: ['resize,h_200,m_fill,w_300'] })['srcset'] ?? ''
    expect(decodeURIComponent(dense)).toContain('resize,h_400,m_fill,w_600 2x')
    expect(html({ sourceWidth: 100 })['srcset']).toMatch(/ 320w"/)
  })

  it('picture offers avif and webp, and the original format to the rest', () => {
    const picture = decodeURIComponent(html({})['picture'] ?? '')
    expect(picture).toMatch(
      /type="image\/avif" srcset="[^"]*format,f_avif"[^]*type="image\/webp" srcset="[^"]*format,f_webp"/,
    )
    expect(picture).toMatch(/<img src="https:\/\/img\.example\.com\/a\.jpg__op__resize,w_800" width="800"/)
  })
})
