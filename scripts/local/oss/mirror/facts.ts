/** One line of the request log about a mirror rule that was executed. Never holds header values: `Set` carries secrets. */
export interface MirrorFacts {
  requestId: string
  bucket: string
  key: string
  ruleNumber: number
  /** Path and query of the first origin request, without scheme and host. */
  originPath: string
  /** Redirects that were followed. */
  hops: number
  /** Status of the origin's final answer; undefined where none came. */
  originStatus: number | undefined
  /** Status the reader got; undefined where it left first. */
  status: number | undefined
  /** From the start of the mirror request to the origin's headers, in ms. */
  firstByteMs: number | undefined
  /** From the start of the mirror request to its end, in ms. */
  totalMs: number
  /** Body bytes received from the origin. */
  bytes: number
  stored: boolean
  /** Why the object was not stored, or what went wrong; undefined for an object stored. */
  why: string | undefined
  /** The request shared another reader's origin request (`merge`). */
  merged: boolean
}
