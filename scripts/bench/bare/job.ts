/** What the bare script is to make; `file` holds the original. */
export interface Job {
  file: string
  width?: number
  format: 'jpeg' | 'webp' | 'avif'
  options: Record<string, unknown>
}

const MOZJPEG = {
  mozjpeg: { mozjpeg: true },
  'mozjpeg notrellis': { progressive: true, quantisationTable: 3, optimiseScans: true },
  'mozjpeg quick': { progressive: true, quantisationTable: 3 },
} as const

/** The call of sharp that gives what the function logged as `settings`, for example "mozjpeg q84 4:2:0 table3". */
export function jobOf(settings: string): Pick<Job, 'format' | 'options'> {
  const quality = Number(/\bq(\d+)/.exec(settings)?.[1])
  const effort = Number(/\be(\d)\b/.exec(settings)?.[1])
  const chromaSubsampling = settings.includes('4:4:4') ? '4:4:4' : '4:2:0'
  const [name = ''] = settings.split(' q')
  if (Object.hasOwn(MOZJPEG, name)) {
    const ladder = MOZJPEG[name as keyof typeof MOZJPEG]
    return { format: 'jpeg', options: { ...ladder, quality, chromaSubsampling } }
  }
  if (name === 'webp')
    return { format: 'webp', options: { quality, effort, smartSubsample: settings.includes('smart') } }
  if (name === 'avif') return { format: 'avif', options: { quality, effort, chromaSubsampling, bitdepth: 8 } }
  throw new Error(`Expected settings of JPEG, lossy WebP or AVIF, got «${settings}»`)
}
