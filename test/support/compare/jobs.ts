/** A job that sends events to the handler of one function with one set of settings. */
export interface EventsJob {
  readonly kind: 'events'
  readonly root: string
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
  readonly settingsNumber: number
  /** The number of the first event. Each event is generated from its number. */
  readonly from: number
  readonly count: number
  readonly corpus: string | undefined
  readonly seed: number
  readonly output: string
}

/** A job that runs compositions. `terms` is the path of a JSON file with the parsed compositions. */
export interface CompositionsJob {
  readonly kind: 'compositions'
  readonly root: string
  readonly terms: string
  readonly output: string
}

export type Job = EventsJob | CompositionsJob

/** The recorded behaviour of one version for one event. */
export interface Recorded {
  readonly label: string
  /** The returned event as JSON. */
  readonly answer?: string
  readonly error?: { readonly name: string; readonly message: string }
  /** Requests to DynamoDB and SES, grouped by operation and table, in order within each group. */
  readonly requests: readonly string[]
  /** Lines on standard output. */
  readonly lines: readonly string[]
}
