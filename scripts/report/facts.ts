// What a report says, whatever it was made from. Plain data: printed as a table, drawn as a page, given out as JSON.

/** Objects (or answers), and their bytes before and after. */
export interface Sum {
  count: number
  before: number
  after: number
}

export interface Group extends Sum {
  name: string
}

/** The same objects sorted by one thing they have. */
export interface Grouping {
  title: string
  /** Of what: «all 12,345», «a sample of 1,000 of 12,345». */
  of: string
  groups: readonly Group[]
}

/** One object that stands out. */
export interface Item {
  key: string
  before: number
  after: number
}

export interface Bin {
  name: string
  count: number
}

export interface ReportFacts {
  source: 'listings' | 'log'
  /** What was looked at: buckets and prefix, or files. */
  about: string
  /** ISO 8601. */
  made: string
  /** Stopped before the end. */
  partial: boolean
  /** What is counted. */
  unit: 'objects' | 'answers'
  /** Plain compressed versions. */
  plain: Sum
  /** Thumbnails and the like: smaller because they show less, so they count for themselves. */
  derived: Sum
  groupings: readonly Grouping[]
  /** How many of the plain ones saved how much. */
  shares: readonly Bin[]
  /** How long making took; only a log knows. */
  times: readonly Bin[]
  /** Other answers by their code; only a log knows. */
  failures: readonly Bin[]
  /** Most bytes saved, and least saved of what is worth saving. */
  best: readonly Item[]
  worst: readonly Item[]
  /** Further remarks, a sentence each. */
  notes: readonly string[]
}
