/** Events for the handler of one function under one set of settings. */
export interface EventsJob {
  readonly kind: 'events'
  readonly root: string
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
  readonly settingsNumber: number
  /** The events' numbers; each event is made of its number. */
  readonly from: number
  readonly count: number
  readonly corpus: string | undefined
  readonly seed: number
  readonly output: string
}

/** Compositions, as terms, and an event for each. */
export interface CompositionsJob {
  readonly kind: 'compositions'
  readonly root: string
  readonly terms: string
  readonly output: string
}

export type Job = EventsJob | CompositionsJob

/** What a version did with one event. */
export interface Recorded {
  readonly label: string
  /** The returned event as JSON. */
  readonly answer?: string
  readonly error?: { readonly name: string; readonly message: string }
  /** Requests to DynamoDB and SES, in order for each table and operation. */
  readonly requests: readonly string[]
  /** Lines on standard output. */
  readonly lines: readonly string[]
}
