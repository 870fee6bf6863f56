import { chooseRung } from '../../effort.ts'
import { JPEG_RUNGS } from '../../encode/ladders.ts'
import { QUALITY } from '../../policy.ts'
import { needsFullChroma } from '../../probe/hot.ts'
import { fromRaster, type Raster } from '../../render-raster.ts'
import { type Encoded, type Job, onWhite } from './job.ts'

// The table that libjpeg's quality is defined by: who asks for 72 gets a file that reads as 72. Without a number asked for,
// mozjpeg's own table looks better at the same size.
const ANNEX_K = 0
const MOZJPEG = 3

/** Three channels: white where the picture was transparent. */
async function flattened(job: Job): Promise<Raster> {
  if (job.raster.channels === 3) return job.raster
  const { data, info } = await onWhite(job).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, pages: 1, channels: 3 }
}

/** White where the picture is transparent. */
export async function encodeJpeg(job: Job): Promise<Encoded> {
  const { name, options } = chooseRung(JPEG_RUNGS, job)
  const asked = typeof job.asked === 'number' ? job.asked : undefined
  const quality = asked ?? QUALITY[job.quality].jpeg
  const quantisationTable = asked === undefined ? MOZJPEG : ANNEX_K
  const progressive = job.progressive ?? true
  const raster = await flattened(job)
  const encode = (chromaSubsampling: '4:2:0' | '4:4:4') =>
    fromRaster(raster)
      .jpeg({
        ...options,
        quality,
        quantisationTable,
        chromaSubsampling,
        progressive,
        ...(progressive ? {} : { optimiseScans: false }),
      })
      .toBuffer()
  const [chromaSubsampling, bytes] = await chooseChroma(raster, job.facts.format === 'jpeg', encode)
  const settings = `${name} q${quality} ${chromaSubsampling} table${quantisationTable}${progressive ? '' : ' baseline'}`
  return { bytes, format: 'jpeg', contentType: 'image/jpeg', settings }
}

/**
 * Hardly any photograph needs full chroma: what comes as JPEG is encoded without it while its pixels are looked at, on another
 * core, and once more in the rare case.
 */
async function chooseChroma(
  raster: Raster,
  isPhotograph: boolean,
  encode: (chroma: '4:2:0' | '4:4:4') => Promise<Buffer>,
): Promise<['4:2:0' | '4:4:4', Buffer]> {
  if (!isPhotograph) {
    const chroma = needsFullChroma(raster) ? '4:4:4' : '4:2:0'
    return [chroma, await encode(chroma)]
  }
  const halved = encode('4:2:0')
  const full = needsFullChroma(raster)
  const bytes = await halved
  return full ? ['4:4:4', await encode('4:4:4')] : ['4:2:0', bytes]
}
