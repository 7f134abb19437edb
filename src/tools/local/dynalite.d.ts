/** Type declarations for dynalite, which has none. They cover only the part that Lifeguard uses. */
declare module 'dynalite' {
  import type { Server } from 'node:http'

  interface DynaliteOptions {
    /** Time in milliseconds that a new table stays in the state CREATING. */
    readonly createTableMs?: number
    /** Time in milliseconds that a deleted table stays in the state DELETING. */
    readonly deleteTableMs?: number
    /** Time in milliseconds that a changed table stays in the state UPDATING. */
    readonly updateTableMs?: number
  }

  function dynalite(options?: DynaliteOptions): Server
  export default dynalite
}
