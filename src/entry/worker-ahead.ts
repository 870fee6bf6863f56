// Imported before everything else: somebody waits for a picture, and the first worker takes as long to be ready as all the
// rest of this process.
import { spawnAhead } from '../workers/worker-process.ts'
import { beside } from './beside.ts'

const workerPath = beside('worker.js')
if (workerPath !== undefined) spawnAhead({ workerPath })
