import { availableParallelism, totalmem } from 'node:os'

import type { Config } from '../config.ts'
import { type Context, contextFromEnvironment } from '../context.ts'
import { AppError } from '../errors.ts'
import { createFreshness, type Freshness } from '../freshness/freshness.ts'
import { createLog, type Log } from '../log.ts'
import { createOrigin, type Origin, type OriginDeps } from '../origin.ts'
import { openCompressed, openOriginals } from '../oss/bucket.ts'
import { createClients, loadSdk } from '../oss/clients.ts'
import { openDerivatives } from '../oss/derivatives-bucket.ts'
import { memoryForRenders } from '../workers/memory.ts'
import { createPool } from '../workers/pool.ts'
import { beside } from './beside.ts'

/** Puts the real rooms together; both entries use it. */
export function originFrom(
  config: Config,
  write: (text: string) => void,
): { origin: Origin; freshness: Freshness; log: Log } {
  const log = createLog(config.logLevel, write)
  const clients = createClients({ region: config.region, endpoint: config.endpoint })
  // An instance is started because somebody waits for a picture: the first worker starts beside the rest of this one (on
  // custom runtimes it is on its way by now), and beside the reading of the original. Whatever becomes of either shows in
  // the request, not here.
  const renders = rendersFrom(log)
  renders.warm()
  loadSdk().catch(() => undefined)
  // The build puts a font for text watermarks beside the entry where TEXT_FONT_FILE names one.
  const fontFile = beside('fonts', 'text.ttf')
  const font = fontFile === undefined ? {} : { fontFile }
  const keysOf = ({ credentials }: Context) => {
    if (credentials !== undefined) return credentials
    const message = 'Expected credentials of a role, got none. Give the function a role in s.yaml.'
    throw new AppError('no_credentials', message)
  }
  const buckets = (context: Context) => {
    const credentials = keysOf(context)
    return {
      originals: openOriginals(clients, credentials, config.originals),
      compressed: openCompressed(clients, credentials, config.compressed, config.originals),
    }
  }
  const origin = createOrigin({
    config,
    buckets,
    compress: (...given) => renders.compress(...given),
    render: (source, operations, options) => renders.render(source, operations, { ...options, ...font }),
    ...(renders.hold === undefined ? {} : { hold: renders.hold }),
    log,
    bornAt: Date.now() - process.uptime() * 1000,
  })
  const freshness = createFreshness({
    config,
    origin,
    buckets: (context) => ({
      originals: buckets(context).originals,
      derivatives: openDerivatives(clients, keysOf(context), config.compressed),
    }),
    log,
    // For tests, whose mirror does not take its ten seconds.
    ...settleSetting(process.env['OSS_IMAGE_ORIGIN_SETTLE_MS']),
  })
  return { origin, freshness, log }
}

function settleSetting(text = ''): { settleMs?: number } {
  return /^[0-9]{1,6}$/.test(text) ? { settleMs: Number(text) } : {}
}

type Renders = Pick<OriginDeps, 'compress' | 'render' | 'hold'> & { warm(): void }

/** The build puts the worker beside the entry; where there is none (tests of the sources), pictures are made right here. */
function rendersFrom(log: Log): Renders {
  const workerPath = beside('worker.js')
  if (workerPath === undefined) return rendersHere()
  const workers = availableParallelism()
  const functionBytes = contextFromEnvironment(process.env, '').function.memoryMb * 1_048_576
  const memoryBytes = memoryForRenders(functionBytes > 0 ? functionBytes : totalmem() / 2, workers)
  return createPool({ workers, workerPath, memoryBytes, onNotice: (text) => log.notice('error', text) })
}

/** In this process: loaded when the first picture comes, as the process that answers needs no engine otherwise. */
function rendersHere(): Renders {
  let loaded: Promise<Pick<OriginDeps, 'compress' | 'render'>> | undefined
  const load = () => {
    loaded ??= Promise.all([
      import('../image/compress.ts'),
      import('../image/render.ts'),
      import('../own/install.ts'),
    ]).then(([{ compress }, { render }, { installOwn }]) => {
      installOwn()
      return { compress, render }
    })
    return loaded
  }
  return {
    compress: async (...given) => (await load()).compress(...given),
    render: async (...given) => (await load()).render(...given),
    warm: () => undefined,
  }
}
