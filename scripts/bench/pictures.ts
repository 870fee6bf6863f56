// What is measured on: a folder of real pictures (photos/, graphics/), or drawings where there is none.
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, resolve } from 'node:path'

import sharp from 'sharp'

import { drawPictures } from '../demo/draw.ts'

export interface Picture {
  name: string
  bytes: Buffer
}

/** Where real pictures are, unless --corpus says otherwise. */
export const CORPUS = process.env['IMAGE_CORPUS'] ?? resolve('..', 'shared', 'corpus')

const READABLE = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif'])

/** Files below `folder` of the corpus whose name says that they are pictures a browser shows, by name. */
export async function corpusPictures(corpus: string, folder: string): Promise<Picture[]> {
  const root = join(corpus, folder)
  if (!existsSync(root)) return []
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && READABLE.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
  return Promise.all(files.map(async (file) => ({ name: relative(root, file), bytes: await readFile(file) })))
}

/** Photographs of the corpus, or a drawn landscape with grain where there are none. */
export async function photographs(corpus: string): Promise<Picture[]> {
  const found = await corpusPictures(corpus, 'photos')
  if (found.length > 0) return found
  return [...(await drawPictures())]
    .filter(([name]) => name === 'landscape.jpg')
    .map(([name, bytes]) => ({ name: `drawn ${name}`, bytes }))
}

/**
 * A JPEG of about `megapixels`, 4:3: the largest file among the photographs cut or repeated to it, so that every pixel is as
 * busy as a camera's. Quality 92, 4:2:0, as cameras write.
 */
export async function photographOf(corpus: string, megapixels: number): Promise<Picture> {
  const width = 8 * Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3) / 8)
  const height = 8 * Math.round((width * 3) / 4 / 8)
  const found = await photographs(corpus)
  const jpegs = found.filter(({ name }) => /\.jpe?g$/i.test(name))
  const [largest] = (jpegs.length > 0 ? jpegs : found).toSorted((a, b) => b.bytes.length - a.bytes.length)
  if (largest === undefined) throw new RangeError('Expected at least one photograph, got none')
  const { autoOrient } = await sharp(largest.bytes).metadata()
  const tile = await sharp(largest.bytes)
    .autoOrient()
    .resize({ width: Math.min(width, autoOrient.width), height: Math.min(height, autoOrient.height), fit: 'cover' })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer()
  const bytes = await sharp({ create: { width, height, channels: 3, background: '#808080' }, limitInputPixels: false })
    .composite([{ input: tile, tile: true, gravity: 'northwest' }])
    .jpeg({ quality: 92 })
    .toBuffer()
  return { name: `${megapixels} MP`, bytes }
}
