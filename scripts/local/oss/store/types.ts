// The seam between what keeps objects (store/), what speaks the API (api/) and what fills a bucket by itself (mirror/).

/** What is kept beside an object's bytes. Header names are lower case. */
export interface ObjectMeta {
  contentType: string
  /** Standard headers OSS keeps and returns: cache-control, content-disposition, content-encoding, content-language, expires … */
  headers: Record<string, string>
  /** User metadata, names without `x-oss-meta-`. */
  user: Record<string, string>
  /** Response headers the service itself added, such as `x-oss-tag: MIRROR` on a mirrored object. */
  extra?: Record<string, string>
  tags?: Record<string, string>
  acl?: string
  /** Standard where absent. */
  storageClass?: string
}

/** Facts of a stored object. */
export interface StoredObject extends ObjectMeta {
  key: string
  size: number
  /** Upper-case MD5 hex, without quotes (multipart objects: `<hex>-<parts>`). */
  etag: string
  /** CRC-64/XZ as unsigned decimal. */
  crc64: string
  /** Base64 MD5; absent for multipart and appended objects. */
  md5?: string
  /** Milliseconds since the epoch, whole seconds. */
  lastModified: number
  type: 'Normal' | 'Multipart' | 'Appendable' | 'Symlink'
  /** The key a symlink points at. */
  target?: string
}

/** Bytes on their way into an object; nothing is visible before `commit`, which replaces the object atomically. */
export interface ObjectWriter {
  readonly bytes: number
  write(chunk: Uint8Array): Promise<void>
  /** @returns the stored facts, or 'exists' where `ifAbsent` was asked and the key is taken (nothing is changed then). */
  commit(
    key: string,
    meta: ObjectMeta,
    options?: { ifAbsent?: boolean; lastModified?: number },
  ): Promise<StoredObject | 'exists'>
  abort(): Promise<void>
}

/** The part of the store that the mirror needs. */
export interface ObjectSink {
  head(bucket: string, key: string): Promise<StoredObject | undefined>
  openWriter(bucket: string): Promise<ObjectWriter>
}
