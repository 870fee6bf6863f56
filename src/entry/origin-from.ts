import type { Config } from '../config.ts'
import type { Context } from '../context.ts'
import { AppError } from '../errors.ts'
import { compress } from '../image/compress.ts'
import { render } from '../image/render.ts'
import { createLog, type Log } from '../log.ts'
import { createOrigin, type Origin } from '../origin.ts'
import { openCompressed, openOriginals } from '../oss/bucket.ts'
import { createClients, loadSdk } from '../oss/clients.ts'

/** Puts the real rooms together; both entries use it. */
export function originFrom(config: Config, write: (text: string) => void): { origin: Origin; log: Log } {
  const log = createLog(config.logLevel, write)
  const clients = createClients({ region: config.region, endpoint: config.endpoint })
  // Most of the start-up time; the first request will need it at once. A failure shows there, not here.
  loadSdk().catch(() => undefined)
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
  return { origin: createOrigin({ config, buckets, compress, render, log }), log }
}
