import { defaultSwitches as mirrorDefaults } from './mirror/switches.ts'
import type { MirrorSwitches } from './mirror/switches.ts'

/**
 * What is unknown about the real service, or differs between its documents, as switches that may be changed while the
 * server runs. The mirror's own are in mirror/switches.ts.
 *
 * | switch | default | why |
 * |---|---|---|
 * | `plusIsSpace` | false | reported only: a raw `+` in a path is read as a space. Documents: percent-encoded UTF-8 |
 * | `gzip` | true | documented: text, JSON, XML, JS of 1 KB and more is compressed on `Accept-Encoding: gzip`, without ETag |
 * | `forcedDownload` | false | default domain: `Content-Disposition: attachment` on objects, whatever their metadata says |
 * | `blockPublicAccess` | false | whether a new bucket blocks public access from the start depends on the account's age |
 * | `missingNeedsList` | false | a missing object: 404; true = 403 for a role that may not list, as another vendor does |
 */
export interface Switches {
  plusIsSpace: boolean
  gzip: boolean
  forcedDownload: boolean
  blockPublicAccess: boolean
  missingNeedsList: boolean
  mirror: MirrorSwitches
}

export const defaultSwitches: Readonly<Switches> = {
  plusIsSpace: false,
  gzip: true,
  forcedDownload: false,
  blockPublicAccess: false,
  missingNeedsList: false,
  mirror: mirrorDefaults,
}
