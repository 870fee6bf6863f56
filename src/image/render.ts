import { performance } from 'node:perf_hooks'
import { readJpeg } from './container/jpeg.ts'
import { encoding } from './engine.ts'
import { ImageFault } from './fault.ts'
import { inspect } from './inspect.ts'
import type { ResultFormat } from './operations/action.ts'
import { encoderQuality } from './operations/quality.ts'
import type { Encoded, Job } from './operations/result/job.ts'
import { ENCODERS } from './operations/result/list.ts'
import type { Tools } from './operations/steps.ts'
import { executionOf } from './operations/list.ts'
import type { FontName, Operation } from './operations/types.ts'
import { plan, type Plan } from './plan.ts'
import { jpegQuality } from './probe/jpeg-quality.ts'
import { markPixels } from './render-mark.ts'
import { checkTime, runPasses } from './render-passes.ts'
import type { Raster } from './render-raster.ts'
import type { ImageFacts, Limits, Quality } from './types.ts'

export interface RenderOptions {
  quality: Quality
  limits: Limits
  /** Beyond it `out_of_time`; encoder effort follows it too. */
  msLeft: number
  /** Most bytes of pixels to hold at once; beyond it `source_too_large`. Without it the limits on pixels alone count. */
  memoryBytes?: number
  /** Bytes of the picture of a watermark, from the originals bucket. What it throws goes through unchanged. */
  fetchMark: (objectKey: string) => Promise<Buffer>
  /** Path of the TrueType or OpenType font for text watermarks; without it they are refused. */
  fontFile?: string
}

export interface Rendered {
  bytes: Buffer
  /** 'json' and 'text' for operations that are answered with facts about the picture. */
  format: ResultFormat | 'json' | 'text'
  contentType: string
  /** Of one frame. */
  width: number
  height: number
  pages: number
  /** For the log. */
  settings: string
  sourceWidth: number
  sourceHeight: number
  inspectMs: number
  renderMs: number
}

/** Quality of a JPEG source whose result is JPEG too; elsewhere the scales have nothing to do with one another. */
function sourceQuality(source: Buffer, facts: ImageFacts, format: ResultFormat): number | undefined {
  if (facts.format !== 'jpeg' || format !== 'jpeg') return undefined
  const luma = readJpeg(source)?.tables.get(0)
  return luma === undefined ? undefined : jpegQuality(luma)
}

function jobFor(
  source: Buffer,
  facts: ImageFacts,
  planned: Plan,
  raster: Raster,
  format: ResultFormat,
): Omit<Job, 'quality' | 'wantedAt'> {
  const { width, height, pages } = raster
  const { quality, progressive } = planned.settings
  const value = quality?.value
  return {
    raster,
    facts: { ...facts, width, height, pages, pixels: width * height * pages },
    ...(progressive === undefined ? {} : { progressive }),
    ...(quality === undefined || value === undefined
      ? {}
      : {
          asked:
            value === 'lossless'
              ? value
              : encoderQuality({ relative: quality.relative, value }, sourceQuality(source, facts, format)),
        }),
  }
}

/** Names of sans-serif fonts, which one font can stand for. The others look different, and are refused if not installed. */
const SANS: ReadonlySet<FontName> = new Set(['wqy-zenhei', 'wqy-microhei', 'fangzhengheiti', 'droidsansfallback'])

function toolsFor(options: RenderOptions, until: number): Tools {
  const { fetchMark, limits, fontFile } = options
  const tools: Tools = {
    markPixels: (mark, marked) => markPixels(mark, marked, { fetchMark, limits, tools, until }),
    fontFile: (name) => (SANS.has(name) ? fontFile : undefined),
  }
  return tools
}

async function textAnswer(source: Buffer, facts: ImageFacts, operations: readonly Operation[]) {
  const [operation] = operations
  if (operation === undefined || operations.length > 1) return undefined
  const answer = await executionOf(operation).answer?.(source, facts, operation)
  if (answer === undefined) return undefined
  const contentType = answer.format === 'json' ? 'application/json' : 'text/plain; charset=utf-8'
  return { bytes: Buffer.from(answer.text), format: answer.format, contentType, settings: operation.action }
}

/** What the log and the answer's headers say about the making. */
function outcome(
  facts: ImageFacts,
  { width, height, pages }: Pick<ImageFacts, 'width' | 'height' | 'pages'>,
  started: number,
  inspected: number,
): Omit<Rendered, 'bytes' | 'format' | 'contentType' | 'settings'> {
  return {
    width,
    height,
    pages,
    sourceWidth: facts.width,
    sourceHeight: facts.height,
    inspectMs: inspected - started,
    renderMs: performance.now() - inspected,
  }
}

/**
 * A version of a picture: the operations from left to right, then the encoder. Always what was asked for, never the original
 * instead. Throws ImageFault: `unsupported`, `undecodable`, `source_too_large`, `result_too_large` (also, as `Impossible`,
 * for what this picture cannot undergo), `encoder_fault`, `out_of_time`.
 */
export async function render(
  source: Buffer,
  operations: readonly Operation[],
  options: RenderOptions,
): Promise<Rendered> {
  const started = performance.now()
  const until = started + options.msLeft
  checkTime(until)
  const facts = await inspect(source, options.limits)
  const inspected = performance.now()
  const text = await textAnswer(source, facts, operations)
  if (text !== undefined) return { ...text, ...outcome(facts, facts, started, inspected) }
  const planned = plan(facts, operations, options.limits)
  const { memoryBytes = Infinity } = options
  if (planned.heldBytes > memoryBytes)
    throw new ImageFault(
      'source_too_large',
      `Expected operations that hold at most ${memoryBytes} bytes of pixels at once, got ${planned.heldBytes}; a resize first helps`,
    )
  const tools = toolsFor(options, until)
  const raster = await runPasses(source, facts, planned, tools, until)

  let best: Encoded | undefined
  for (const format of planned.formats) {
    checkTime(until)
    const job: Job = { ...jobFor(source, facts, planned, raster, format), quality: options.quality, wantedAt: until }
    const made = await encoding(async () => ENCODERS[format](job))
    if (best === undefined || made.bytes.length < best.bytes.length) best = made
  }
  if (best === undefined) throw new RangeError('Expected at least one format, got none')
  return { ...best, ...outcome(facts, raster, started, inspected) }
}
