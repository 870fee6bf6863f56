import type { Part } from './part.ts'
import { corpus } from './parts/corpus.ts'
import { encoders } from './parts/encoders.ts'
import { graphics } from './parts/graphics.ts'
import { herd } from './parts/herd.ts'
import { memory } from './parts/memory.ts'
import { path } from './parts/path.ts'
import { peers } from './parts/peers.ts'
import { quality } from './parts/quality.ts'
import { resize } from './parts/resize.ts'
import { slowest } from './parts/slowest.ts'
import { start } from './parts/start.ts'

/** Every part of `npm run bench`, in the order in which they run. */
export const PARTS: Record<string, Part> = {
  path,
  resize,
  start,
  memory,
  herd,
  slowest,
  peers,
  quality,
  corpus,
  graphics,
  encoders,
}
