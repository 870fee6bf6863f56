import { ImageFault } from './fault.ts'
import { inspect } from './inspect.ts'
import { Impossible } from './operations/impossible.ts'
import { resizeMark } from './operations/resize.ts'
import type { Drawn, Now, Tools } from './operations/steps.ts'
import type { Mark, MarkOperation, Operation } from './operations/types.ts'
import { plan } from './plan.ts'
import { runPasses } from './render-passes.ts'
import { fromRaster } from './render-raster.ts'
import type { Limits } from './types.ts'

/** What was asked for in the mark, in terms of its own size. A mark is a still picture with transparency. */
function operationsOf(operations: readonly MarkOperation[], marked: Now): Operation[] {
  const own = operations.map((each): Operation => (each.action === 'resize' ? resizeMark(each, marked) : each))
  return [...own, { action: 'format', value: 'png' }]
}

/**
 * The picture of a mark: fetched, checked and limited as any source is, its operations carried out. A mark that cannot be
 * used is the request's mistake, so its ImageFaults become `Impossible`; what fetching throws goes through unchanged.
 */
export async function markPixels(
  mark: Mark,
  marked: Now,
  context: { fetchMark: (key: string) => Promise<Buffer>; limits: Limits; tools: Tools; until: number },
): Promise<Pick<Drawn, 'pixels' | 'width' | 'height'>> {
  const source = await context.fetchMark(mark.key)
  try {
    const facts = await inspect(source, context.limits)
    const planned = plan(facts, operationsOf(mark.operations, marked), context.limits)
    const raster = await runPasses(source, facts, planned, context.tools, context.until)
    const { width, height, channels } = raster
    const pixels = channels === 4 ? raster.data : await fromRaster(raster).ensureAlpha().raw().toBuffer()
    return { pixels, width, height }
  } catch (fault) {
    if (!(fault instanceof ImageFault) || fault.passing) throw fault
    throw new Impossible(`${fault.message} (in watermark image ${JSON.stringify(mark.key)})`, { cause: fault })
  }
}
