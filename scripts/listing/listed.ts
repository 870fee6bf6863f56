/** An object as a listing has it. */
export interface Listed {
  key: string
  bytes: number
  /** Milliseconds since 1970; OSS knows whole seconds. */
  modifiedMs: number
  /** Without quotes. */
  etag: string
}

/** Where listings come from: OSS, an inventory, a test. Keys in the order of `compareKeys`. */
export interface Lister {
  /** Pages of what begins with `prefix` and comes after the key `after` ('' for all). None is empty. */
  pages(range: { prefix: string; after: string }): AsyncIterable<readonly Listed[]>
}
