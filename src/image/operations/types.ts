/**
 * The operations this room carries out, as data. They are declared here by their shape, not taken from the key room: the
 * two know nothing of each other, and a type test holds them together.
 */
export type Place = 'nw' | 'north' | 'ne' | 'west' | 'center' | 'east' | 'sw' | 'south' | 'se'

export interface Resize {
  readonly action: 'resize'
  readonly m: 'lfit' | 'mfit' | 'fill' | 'pad' | 'fixed'
  /** Pixels, 1 to 16,384; so are h, l and s. */
  readonly w?: number
  readonly h?: number
  /** Longest and shortest side. */
  readonly l?: number
  readonly s?: number
  readonly limit: 0 | 1
  /** RRGGBB in lower case. */
  readonly color: string
  /** Percent. */
  readonly p?: number
  readonly g: 'center' | 'auto'
}

export interface Crop {
  readonly action: 'crop'
  readonly w: number
  readonly h: number
  readonly x: number
  readonly y: number
  readonly g: Place | 'auto'
}

export interface Circle {
  readonly action: 'circle'
  readonly r: number
}

export interface RoundedCorners {
  readonly action: 'rounded-corners'
  readonly r: number
}

export interface Indexcrop {
  readonly action: 'indexcrop'
  readonly x?: number
  readonly y?: number
  readonly i: number
}

export interface Rotate {
  readonly action: 'rotate'
  /** Degrees clockwise, 0 to 359. */
  readonly value: number
}

export interface AutoOrient {
  readonly action: 'auto-orient'
  readonly value: 0 | 1
}

export interface Blur {
  readonly action: 'blur'
  readonly r: number
  readonly s: number
}

export interface Bright {
  readonly action: 'bright'
  readonly value: number
}

export interface Contrast {
  readonly action: 'contrast'
  readonly value: number
}

export interface Sharpen {
  readonly action: 'sharpen'
  readonly value: number
}

export interface QualityOperation {
  readonly action: 'quality'
  /** Relative to the source's own, in percent. */
  readonly q?: number | 'lossless'
  /** Absolute. */
  readonly Q?: number | 'lossless'
}

export interface Format {
  readonly action: 'format'
  readonly value: 'jpg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'bmp' | 'auto'
}

export interface Interlace {
  readonly action: 'interlace'
  readonly value: 0 | 1
}

/** Inside the picture of a mark, `P` is the percentage of the marked picture that the mark is fitted into. */
export interface ResizeInMark extends Resize {
  readonly P?: number
}

export type MarkOperation = ResizeInMark | Crop | Indexcrop | RoundedCorners | Rotate

export interface Mark {
  readonly key: string
  readonly operations: readonly MarkOperation[]
}

export type FontName =
  | 'wqy-zenhei'
  | 'wqy-microhei'
  | 'fangzhengshusong'
  | 'fangzhengkaiti'
  | 'fangzhengheiti'
  | 'fangzhengfangsong'
  | 'droidsansfallback'

export interface Watermark {
  readonly action: 'watermark'
  /** Opacity in percent. */
  readonly t: number
  readonly g: Place
  readonly x: number
  readonly y: number
  readonly voffset: number
  readonly fill: 0 | 1
  readonly padx: number
  readonly pady: number
  readonly image?: Mark
  readonly text?: string
  readonly type: FontName
  readonly color: string
  /** Pixels. */
  readonly size: number
  /** Opacity of the shadow in percent. */
  readonly shadow: number
  readonly rotate: number
  readonly order: 0 | 1
  readonly align: number
  readonly interval: number
}

export interface Info {
  readonly action: 'info'
}

export interface AverageHue {
  readonly action: 'average-hue'
}

export type Operation =
  | Resize
  | Crop
  | Circle
  | RoundedCorners
  | Indexcrop
  | Rotate
  | AutoOrient
  | Blur
  | Bright
  | Contrast
  | Sharpen
  | QualityOperation
  | Format
  | Interlace
  | Watermark
  | Info
  | AverageHue

export type ActionName = Operation['action']
