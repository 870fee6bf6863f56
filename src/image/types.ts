/** Every image container this room can name. Only some can be decoded: see `DECODABLE` in engine.ts. */
export type ImageFormat =
  | 'jpeg'
  | 'png'
  | 'webp'
  | 'avif'
  | 'gif'
  | 'tiff'
  | 'bmp'
  | 'heic'
  | 'svg'
  | 'jxl'
  | 'jp2'
  | 'ico'

/** What kind of thing some bytes are. `active` is what a browser may run: HTML, XML, JavaScript, SVG. */
export type Media = 'image' | 'audio' | 'video' | 'pdf' | 'active' | 'other'

/** Perceptual targets, about 65, 75 and 82 on the SSIMULACRA2 scale. */
export type Quality = 'eco' | 'balanced' | 'high'

/** The formats this room can write. */
export type OutputFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'

export interface Limits {
  /** Pixels of a source, all frames together. */
  maxSourcePixels: number
  /** Pixels of the result of operations, all frames together. */
  maxOutputPixels: number
}

/** What a picture's headers say. No pixel has been decoded. */
export interface ImageFacts {
  format: ImageFormat
  contentType: string
  /** As displayed (after orientation), one frame. */
  width: number
  height: number
  /** Frames of an animation or pages of a TIFF; 1 for everything else. */
  pages: number
  /** width × height × pages */
  pixels: number
  /** 1 to 8, as in EXIF; anything else in the file counts as 1, as in browsers. */
  orientation: number
  hasAlpha: boolean
  hasProfile: boolean
  /** Bits of one sample: 1, 2, 4, 8, 10, 12, 16, 32. */
  depth: number
  /** libvips' name for the colour space: 'srgb', 'b-w', 'cmyk', 'rgb16', 'grey16' … */
  space: string
  /** Times an animation plays, 0 for ever; undefined for a still picture. */
  loop?: number
  /** Milliseconds of each frame of an animation. */
  delay?: number[]
}
