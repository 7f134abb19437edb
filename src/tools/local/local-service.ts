/** A service that runs inside this process or beside it, on a free loopback port. */
export interface LocalService {
  /** Where it listens, such as `http://127.0.0.1:41234`: what an SDK client takes as its endpoint. */
  readonly endpoint: string
  /** Ends it, open connections included. A second call waits for the same end. */
  readonly stop: () => Promise<void>
}
