/** Why a requested key is refused; the answer's status is looked up from it elsewhere. */
export type KeyFaultCode =
  /** Not the name of any object: bad escapes, control characters, dot segments, too long. */
  | 'bad_key'
  /** An action, a parameter or a value that the grammar does not know. */
  | 'bad_operation'
  /** Understood, but not among what ALLOW lists. */
  | 'not_allowed'
  /** Understood, but not signed with one of the signing keys. */
  | 'bad_signature'
  /** Names a style that is not configured. */
  | 'no_such_style'

/**
 * A requested key that is refused. `message` reads «Expected …, got …», quotes what was given in a harmless form and
 * may be shown to the reader; nothing in it comes from anywhere but the key and the public settings.
 */
export class KeyFault extends Error {
  readonly code: KeyFaultCode
  /** What the refusal is about, e.g. `resize w`; absent where it is about the key as a whole. */
  readonly subject: string | undefined

  constructor(code: KeyFaultCode, message: string, subject?: string) {
    super(message)
    this.name = 'KeyFault'
    this.code = code
    this.subject = subject
  }
}

/** Longest piece of a key that a message repeats, in characters: enough to recognise it, too little to flood a log. */
const MAX_QUOTED = 60

/**
 * What was given, as a message may repeat it: quoted, escaped (no line break reaches a log) and cut.
 * @param most characters that are repeated: more where the reader needs the whole.
 */
export function quote(text: string, most = MAX_QUOTED): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text
  // oxlint-disable-next-line no-control-regex -- C1 controls and DEL are left alone by JSON but not by terminals
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
