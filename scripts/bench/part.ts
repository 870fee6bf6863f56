/** What every part of the benchmark is told. */
export interface Options {
  /** Measured rounds of everything that is timed, after one that is not counted. */
  rounds: number
  /** Folder with photos/ and graphics/; drawn pictures where it has none. */
  corpus: string
  /** Tiny inputs: to see that a part works, not to measure. */
  small: boolean
  /** Shows where a long part is, on a terminal. */
  progress(text: string): void
}

export interface Table {
  title: string
  columns: string[]
  rows: string[][]
}

/** One number that was aimed at. */
export interface Figure {
  what: string
  value: number
  /** Short enough and telling enough for the README. */
  key?: true
  /** At most, or at least, this. */
  atMost?: number
  atLeast?: number
}

export interface Report {
  tables: Table[]
  figures?: Figure[]
  /** How it was measured, what was missing, what the numbers do not say. */
  notes?: string[]
  /** Everything that was measured, for programs. */
  data: unknown
}

export interface Part {
  /** One line for --help. */
  about: string
  run(options: Options): Promise<Report>
}

/** What could not be measured is not met; kept as JSON it is null. */
export function isMet({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return Number.isFinite(value) && value <= atMost && value >= atLeast
}
