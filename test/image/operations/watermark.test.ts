import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { Impossible } from '../../../src/image/operations/impossible.ts'
import type { RenderOptions } from '../../../src/image/render.ts'
import { operations, run } from './chain.ts'
import { boxFont, LETTERS } from './font.ts'
import { picture, rgba } from './pictures.ts'

const folder = mkdtempSync(join(tmpdir(), 'marks-'))
const fontFile = join(folder, 'box.ttf')
writeFileSync(fontFile, boxFont('Box Sans', LETTERS))

const b64 = (text: string): string => Buffer.from(text).toString('base64url')

const flat = (width: number, height: number, background = '#808080', channels: 3 | 4 = 3): Promise<Buffer> =>
  sharp({ create: { width, height, channels, background } }).png().toBuffer()

/** Marks by name; everything else is missing. */
async function fetchMark(key: string): Promise<Buffer> {
  if (key === 'panda.png') return flat(50, 40, '#00ff00')
  if (key === 'logo.png') return flat(64, 64, '#00ff00')
  if (key === 'turned.jpg') return picture({ format: 'jpeg', width: 40, height: 20, orientation: 6 })
  if (key === 'moving.gif') return picture({ format: 'gif', width: 30, height: 20, pages: 3 })
  if (key === 'text.png') return Buffer.from('no picture')
  throw new Error(`Expected a mark that is there, got ${key}`)
}

const options: Partial<RenderOptions> = { fontFile, fetchMark }

/** The box around the pixels of about this colour: [left, top, right, bottom], the last two beyond it. */
async function boxOf(bytes: Buffer, [r, g, b]: readonly [number, number, number], tolerance = 60): Promise<number[]> {
  const { data, width, height } = await rgba(bytes)
  const box = [width, height, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 4
      const off = Math.max(
        Math.abs((data[i] ?? 0) - r),
        Math.abs((data[i + 1] ?? 0) - g),
        Math.abs((data[i + 2] ?? 0) - b),
      )
      if (off > tolerance) continue
      box[0] = Math.min(box[0] ?? x, x)
      box[1] = Math.min(box[1] ?? y, y)
      box[2] = Math.max(box[2] ?? x, x + 1)
      box[3] = Math.max(box[3] ?? y, y + 1)
    }
  return box
}

const GREEN = [0, 255, 0] as const
const RED = [255, 0, 0] as const
const BLACK = [0, 0, 0] as const
const panda = `image_${b64('panda.png')}`

async function marked(chain: string, width = 400, height = 300): Promise<Buffer> {
  return (await run(await flat(width, height), chain, options)).bytes
}

describe('a picture as watermark', () => {
  it('110: lies 10 px from the lower right corner', async () => {
    expect(await boxOf(await marked(`watermark,${panda},g_se,x_10,y_10`), GREEN)).toEqual([340, 250, 390, 290])
  })

  it('111: is placed on the picture as it is at that point', async () => {
    expect(await boxOf(await marked(`resize,w_200/watermark,${panda}`), GREEN)).toEqual([140, 100, 190, 140])
  })

  it('112: is resized to a share of the picture it lies on', async () => {
    const logo = `image_${b64('logo.png?x-oss-process=image/resize,P_10')}`
    expect(await boxOf(await marked(`watermark,${logo}`, 100, 100), GREEN)).toEqual([80, 80, 90, 90])
    const wide = `image_${b64('panda.png?x-oss-process=image/resize,P_20')}`
    // Inside 80 × 60: 75 × 60.
    expect(await boxOf(await marked(`watermark,${wide},g_nw,x_0,y_0`), GREEN)).toEqual([0, 0, 75, 60])
  })

  const places = {
    nw: [20, 30],
    north: [175, 30],
    ne: [330, 30],
    west: [20, 145],
    center: [175, 145],
    east: [330, 145],
    sw: [20, 230],
    south: [175, 230],
    se: [330, 230],
  } as const
  for (const [place, [left, top]] of Object.entries(places)) {
    it(`lies where g_${place} says`, async () => {
      const bytes = await marked(`watermark,${panda},g_${place},x_20,y_30,voffset_15`)
      expect(await boxOf(bytes, GREEN)).toEqual([left, top, left + 50, top + 40])
    })
  }

  it('is cut where it sticks out, and refused where nothing of it would show', async () => {
    expect(await boxOf(await marked(`watermark,${panda},g_nw,x_380,y_0`), GREEN)).toEqual([380, 0, 400, 40])
    await expect(marked(`watermark,${panda},g_nw,x_400,y_0`)).rejects.toThrow(Impossible)
  })

  it('lets the picture through as its opacity says', async () => {
    const { data } = await rgba(await marked(`watermark,${panda},t_50,g_nw,x_0,y_0`))
    expect([...data.subarray(0, 3)].map((value) => Math.round(value / 4))).toEqual([16, 48, 16])
  })

  it('fills the picture with gaps, beginning where one mark would lie', async () => {
    const bytes = await marked(`watermark,${panda},fill_1,padx_10,pady_20,g_nw,x_5,y_7`)
    const { data, width } = await rgba(bytes)
    const green = (x: number, y: number): boolean => (data[(y * width + x) * 4 + 1] ?? 0) > 200
    for (const [x, y, expected] of [
      [5, 7, true],
      [54, 46, true],
      [55, 7, false],
      [64, 7, false],
      [65, 7, true],
      [4, 7, false],
      [5, 6, false],
      [5, 47, false],
      [5, 67, true],
      [399, 279, true],
      [0, 0, false],
    ] as const)
      expect([x, y, green(x, y)]).toEqual([x, y, expected])
  })

  it('is turned upright before it is used, and stands still', async () => {
    const upright = await marked(`watermark,image_${b64('turned.jpg')},g_nw,x_0,y_0`)
    const { data, width } = await rgba(upright)
    // 20 × 40 once upright; grey to the right of it.
    expect(data[(39 * width + 25) * 4]).toBe(128)
    expect(data[(39 * width + 10) * 4]).not.toBe(128)
    expect(await boxOf(await marked(`watermark,image_${b64('moving.gif')},g_nw,x_0,y_0`), RED)).toEqual([0, 0, 30, 20])
  })

  it('can be cropped, cut, rounded and turned first', async () => {
    const chain = (steps: string): string =>
      `watermark,image_${b64(`panda.png?x-oss-process=image/${steps}`)},g_nw,x_0,y_0`
    expect(await boxOf(await marked(chain('crop,w_20,h_10')), GREEN)).toEqual([0, 0, 20, 10])
    expect(await boxOf(await marked(chain('indexcrop,x_20,i_2')), GREEN)).toEqual([0, 0, 10, 40])
    expect(await boxOf(await marked(chain('rotate,90')), GREEN)).toEqual([0, 0, 40, 50])
    const { data } = await rgba(await marked(chain('rounded-corners,r_20')))
    expect(data[0]).toBe(128)
  })

  it('shows beside a second one', async () => {
    const bytes = await marked(`watermark,${panda},g_nw/watermark,text_${b64('A')},color_FF0000,g_se`)
    expect(await boxOf(bytes, GREEN)).toEqual([10, 10, 60, 50])
    expect((await boxOf(bytes, RED))[2]).toBe(390)
  })

  it('leaves a transparent picture transparent where it is not', async () => {
    const source = await flat(100, 100, '#00000000', 4)
    const { data } = await rgba((await run(source, `watermark,${panda},g_nw,x_0,y_0`, options)).bytes)
    expect([data[3], data[4 * 99 + 3]]).toEqual([255, 0])
  })

  it('lies on every frame of an animation', async () => {
    const source = await picture({ format: 'gif', width: 100, height: 80, pages: 3 })
    const made = await run(source, `watermark,${panda},g_nw,x_0,y_0/format,webp`, options)
    expect(made.pages).toBe(3)
    for (const page of [0, 1, 2]) {
      const frame = await sharp(made.bytes, { page }).png().toBuffer()
      const { data } = await rgba(frame)
      expect((data[1] ?? 0) > 200 && (data[0] ?? 0) < 60 && (data[2] ?? 0) < 60).toBe(true)
    }
  })

  it('is refused with a fault of the request where it is no picture, and hands on what fetching says', async () => {
    await expect(marked(`watermark,image_${b64('text.png')}`)).rejects.toThrow(/in watermark image "text.png"/)
    await expect(marked(`watermark,image_${b64('text.png')}`)).rejects.toThrow(Impossible)
    await expect(marked(`watermark,image_${b64('gone.png')}`)).rejects.toThrow('got gone.png')
  })
})

describe('a text as watermark', () => {
  it('109: lies inside the picture near the lower right corner', async () => {
    const box = await boxOf(await marked(`resize,w_300,h_300/watermark,text_${b64('AiA')}`), BLACK)
    // Three letters of 40 px, of which the outer ones leave a tenth free; 0.8 high.
    expect(box).toEqual([290 - 112, 215 - 32, 290, 215])
  })

  it('has the size and the colour asked for', async () => {
    const box = await boxOf(await marked(`watermark,text_${b64('A')},size_100,color_FF0000,g_nw,x_0,y_0`), RED)
    expect(box).toEqual([0, 0, 80, 80])
  })

  it('takes markup as it is written', async () => {
    const box = await boxOf(await marked(`watermark,text_${b64('A<&')},g_nw,x_0,y_0`), BLACK)
    expect(box).toEqual([0, 0, 112, 32])
  })

  it('is turned clockwise', async () => {
    const bytes = await marked(`watermark,text_${b64('iA')},rotate_90,g_nw,x_0,y_0`)
    // The bar of the i lies across the top: 32 px wide, 4 px high.
    expect(await boxOf(bytes, BLACK)).toEqual([0, 0, 32, 58])
    const { data, width } = await rgba(bytes)
    expect([data[(1 * width + 1) * 4], data[(10 * width + 1) * 4]].map((value) => (value ?? 0) < 60)).toEqual([
      true,
      false,
    ])
  })

  it('throws a shadow to the lower right where one is asked for', async () => {
    const bytes = await marked(`watermark,text_${b64('A')},shadow_100,size_100,color_FF0000,g_nw,x_0,y_0`)
    expect(await boxOf(bytes, RED)).toEqual([0, 0, 80, 80])
    expect(await boxOf(bytes, BLACK)).toEqual([5, 5, 85, 85])
  })

  for (const [order, align, text, image] of [
    [0, 0, [56, 0], [0, 0]],
    [0, 1, [56, 4], [0, 0]],
    [0, 2, [56, 8], [0, 0]],
    [1, 2, [0, 8], [38, 0]],
  ] as const) {
    it(`stands beside a picture: order_${order}, align_${align}`, async () => {
      const mark = `text_${b64('A')},color_FF0000,${panda},order_${order},align_${align},interval_6,g_nw,x_0,y_0`
      const bytes = await marked(`watermark,${mark}`)
      expect((await boxOf(bytes, RED)).slice(0, 2)).toEqual(text)
      expect((await boxOf(bytes, GREEN)).slice(0, 2)).toEqual(image)
    })
  }

  it('is refused where the font lacks a character, and never drawn as a box', async () => {
    await expect(marked(`watermark,text_${b64('A木')}`)).rejects.toThrow(
      'Expected characters that Box Sans has, got 木 (U+6728)',
    )
    await expect(marked(`watermark,text_${b64('A木')}`)).rejects.toThrow(Impossible)
  })

  it('is refused without a font, and in a style of letters that is not there', async () => {
    const source = await flat(100, 100)
    await expect(run(source, `watermark,text_${b64('A')}`)).rejects.toThrow(Impossible)
    const kai = `watermark,text_${b64('A')},type_${b64('fangzhengkaiti')},size_10,g_nw`
    await expect(run(source, kai, options)).rejects.toThrow('got fangzhengkaiti')
  })

  it('is refused where nothing would be drawn, and where the engine cannot draw as much', async () => {
    await expect(marked(`watermark,text_${b64('   ')}`)).rejects.toThrow(Impossible)
    await expect(marked(`watermark,text_${b64('A'.repeat(64))},size_1000`)).rejects.toThrow(Impossible)
  })

  it('is drawn with no font of the machine in sight', () => {
    const empty = join(folder, 'fonts.conf')
    writeFileSync(empty, '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    const script = `
      const sharp = require('sharp')
      const text = { text: '水印', font: 'Box Sans, 40px', fontfile: process.argv[1], dpi: 72 }
      sharp({ text }).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true }).then(({ info, data }) =>
        process.stdout.write(JSON.stringify([info.width, info.height, data[0], data[data.length - 1]])))`
    for (const config of [empty, join(folder, 'nothing-there.conf')]) {
      const env = { PATH: process.env['PATH'] ?? '', FONTCONFIG_FILE: config, HOME: folder, XDG_CACHE_HOME: folder }
      const found = execFileSync(process.execPath, ['-e', script, fontFile], {
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      expect(JSON.parse(found.toString())).toEqual([72, 32, 255, 255])
    }
  })
})

describe('marks in a chain', () => {
  it('113: are at most three pictures', () => {
    const mark = `watermark,${panda}`
    expect(() => operations([mark, mark, mark, mark].join('/'))).toThrow('Expected at most 3 picture marks, got 4')
  })
})
