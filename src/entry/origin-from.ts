import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'

import type { Config } from '../config.ts'
import { type Context, contextFromEnvironment } from '../context.ts'
import { AppError } from '../errors.ts'
import { createLog, type Log } from '../log.ts'
import { createOrigin, type Origin, type OriginDeps } from '../origin.ts'
import { openCompressed, openOriginals } from '../oss/bucket.ts'
import { createClients, loadSdk } from '../oss/clients.ts'
import { installOwn } from '../own/install.ts'
import { memoryForRenders } from '../workers/memory.ts'
import { createPool } from '../workers/pool.ts'

/** Puts the real rooms together; both entries use it. */
export function originFrom(config: Config, write: (text: string) => void): { origin: Origin; log: Log } {
  const log = createLog(config.logLevel, write)
  const clients = createClients({ region: config.region, endpoint: config.endpoint })
  // An instance is started because somebody waits for a picture: the first worker starts beside the rest of this one, and
  // beside the reading of the original. Whatever becomes of either shows in the request, not here.
  const renders = rendersFrom(log)
  renders.warm()
  loadSdk().catch(() => undefined)
  const font = fontBeside()
  const buckets = ({ credentials }: Context) => {
    if (credentials === undefined) {
      throw new AppError(
        'no_credentials',
        'Expected credentials of a role, got none. Give the function a role in s.yaml.',
      )
    }
    return {
      originals: openOriginals(clients, credentials, config.originals),
      compressed: openCompressed(clients, credentials, config.compressed, config.originals),
    }
  }
  return {
    origin: createOrigin({
      config,
      buckets,
      compress: (...given) => renders.compress(...given),
      render: (source, operations, options) => renders.render(source, operations, { ...options, ...font }),
      log,
    }),
    log,
  }
}

/** The build puts a font for text watermarks beside the entry where TEXT_FONT_FILE names one. */
function fontBeside(): { fontFile?: string } {
  const fontFile = typeof __dirname === 'string' ? join(__dirname, 'fonts', 'text.ttf') : ''
  return existsSync(fontFile) ? { fontFile } : {}
}

type Renders = Pick<OriginDeps, 'compress' | 'render'> & { warm(): void }

/** The build puts the worker beside the entry; where there is none (tests of the sources), pictures are made right here. */
function rendersFrom(log: Log): Renders {
  const workerPath = typeof __dirname === 'string' ? join(__dirname, 'worker.js') : ''
  if (!existsSync(workerPath)) {
    installOwn()
    return {
      compress: async (...given) => (await import('../image/compress.ts')).compress(...given),
      render: async (...given) => (await import('../image/render.ts')).render(...given),
      warm: () => undefined,
    }
  }
  const workers = availableParallelism()
  const functionBytes = contextFromEnvironment(process.env, '').function.memoryMb * 1_048_576
  const memoryBytes = memoryForRenders(functionBytes > 0 ? functionBytes : totalmem() / 2, workers)
  return createPool({ workers, workerPath, memoryBytes, onNotice: (text) => log.notice('error', text) })
}
