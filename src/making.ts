// From a key to a product: the original is opened, looked at, read where there is room for it, and made into what is asked for.
import type { Config } from './config.ts'
import type { compress } from './image/compress.ts'
import type { render } from './image/render.ts'
import { SNIFF_BYTES, sniff } from './image/sniff.ts'
import type { ParsedKey } from './key/parse.ts'
import type { Compressed, OpenOriginal, Originals } from './oss/bucket.ts'
import { isPassing, OssFault } from './oss/fault.ts'
import { operableType, passedType } from './passthrough.ts'
import { passThroughProduct, pictureProduct, type Product, type ProductPlace } from './product.ts'
import { bytesToHold, confirmType, openOriginal, openSame, readWhole } from './reading.ts'
import type { Hold, Holding } from './workers/holdings.ts'

export interface Buckets {
  originals: Originals
  compressed: Compressed
}

export interface MakingDeps {
  config: Config
  compress: typeof compress
  render: typeof render
  /** Waited for before an original is read into memory. Without it all are read at once. */
  hold?: Hold
}

/**
 * Reads and makes; once more where the bytes broke off on the way, while there is time for the picture after it.
 * @param deadline ms since the epoch
 * @throws AppError, KeyFault, ImageFault, OssFault, Overloaded
 */
export type MakeProduct = (key: ParsedKey, buckets: Buckets, deadline: number) => Promise<Product>

/** An original as its first bytes say what it is, with the room it is read into. */
interface Opened {
  original: OpenOriginal
  sniffed: ReturnType<typeof sniff>
  held: Holding | undefined
}

export function createMaking({ config, ...deps }: MakingDeps): MakeProduct {
  async function makeProduct(key: ParsedKey, buckets: Buckets, deadline: number): Promise<Product> {
    const started = Date.now()
    const latestRetry = started + config.deadlineMs / 3
    for (let attempt = 1; ; attempt++) {
      const original = await openOriginal(key, buckets.originals, deadline)
      let held: Holding | undefined
      try {
        const sniffed = sniff(await original.head(SNIFF_BYTES))
        held = await deps.hold?.(bytesToHold(sniffed, original.facts, config.maxSourceBytes), deadline)
        const product = await makeFrom({ original, sniffed, held }, key, buckets, started, deadline)
        return { ...product, letGo: () => held?.end() }
      } catch (thrown) {
        original.close()
        held?.end()
        const onTheWay = thrown instanceof OssFault && isPassing(thrown)
        if (attempt > 1 || !onTheWay || Date.now() > latestRetry) throw thrown
      }
    }
  }

  async function makeFrom(
    { original, sniffed, held }: Opened,
    key: ParsedKey,
    buckets: Buckets,
    started: number,
    deadline: number,
  ): Promise<Product> {
    const { originals, compressed } = buckets
    const place: ProductPlace = {
      requestedKey: key.requestedKey,
      compressed,
      cacheControl: config.cacheControl,
      sendMeta: config.store === 'mirror',
    }
    await confirmType(sniffed, original, key.sourceKey, originals, config.maxSourceBytes, deadline)
    const asked = key.operations.length > 0
    const type = asked ? operableType(sniffed, original.facts, config) : passedType(sniffed, original.facts, config)
    if (!type.compressible) {
      // What is known by its first bytes is streamed from there on.
      if (sniffed.format !== undefined) held?.become(0)
      const reopen = (until: number) => openSame(originals, key.sourceKey, original.facts.etag, until)
      return passThroughProduct(original, key.sourceKey, type, reopen, { read: Date.now() - started }, place)
    }
    const source = await original.readAll()
    const read = Date.now() - started
    const options = {
      quality: config.quality,
      limits: { maxSourcePixels: config.maxSourcePixels, maxOutputPixels: config.maxOutputPixels },
      msLeft: deadline - Date.now(),
    }
    // Its job counts it now, until there is a picture instead.
    held?.become(0)
    const picture = asked
      ? await deps.render(source, key.operations, {
          ...options,
          fetchMark: (mark) => readWhole(originals, mark, config.maxSourceBytes, deadline, held),
        })
      : await deps.compress(source, { ...options, format: config.format })
    held?.become(picture.bytes.length)
    return pictureProduct(
      { outcome: 'transformed', ...picture },
      original.facts,
      { read, render: Date.now() - started - read },
      place,
    )
  }

  return makeProduct
}
