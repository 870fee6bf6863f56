import { ImageFault } from '../image/fault.ts'
import { type Estimate, estimateOf } from './estimate.ts'
import { type Look, look } from './look.ts'
import type { Task } from './messages.ts'

/** A task as it can be carried out here, and what that will cost. */
export interface Affordable {
  task: Task
  estimate: Estimate
}

/**
 * What needs more memory than this function will ever have is beyond the limits, like too many pixels: waiting for room would
 * be in vain, and a reader would be told to try again for ever. Workers were seen to take 80 to 96 % of what is estimated, so
 * hardly anything that could be made is given up. Told by the bytes, the options and the function's memory alone,
 * never by what else is going on. Without operations the picture keeps its format, or else the original goes out.
 * @param memoryBytes for all pictures together
 * @throws ImageFault source_too_large, with operations
 */
export function withinMemory(task: Task, source: Buffer, memoryBytes: number): Affordable {
  return withinMemoryOf(task, look(source), source.length, memoryBytes)
}

/** The same for a source that has been looked at. */
export function withinMemoryOf(task: Task, seen: Look, sourceBytes: number, memoryBytes: number): Affordable {
  const estimate = estimateOf(task, seen, sourceBytes)
  // A drawing is never decoded, and how much it takes is its text's doing: only trying tells.
  if (seen.format === 'svg' || estimate.needBytes <= memoryBytes) return { task, estimate }
  if (task.kind === 'render') {
    const megabytes = Math.ceil(estimate.needBytes / 1e6)
    throw new ImageFault(
      'source_too_large',
      `Expected a picture that fits into the function's memory, got one that takes about ${megabytes} MB with these operations`,
    )
  }
  // Another format may take more than the source's own.
  if (task.options.format !== 'keep') {
    const same: Task = { ...task, options: { ...task.options, format: 'keep' } }
    return withinMemoryOf(same, seen, sourceBytes, memoryBytes)
  }
  const limits = { ...task.options.limits, maxSourcePixels: 0 }
  const undecoded: Task = { ...task, options: { ...task.options, limits } }
  return { task: undecoded, estimate: estimateOf(undecoded, seen, sourceBytes) }
}
