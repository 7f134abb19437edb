/** The part of dynalite, which ships no types, that is used here. */
declare module 'dynalite' {
  import type { Server } from 'node:http'

  interface DynaliteOptions {
    /** How long a new table stays in the state CREATING, in milliseconds. */
    readonly createTableMs?: number
    /** How long a deleted table stays in the state DELETING, in milliseconds. */
    readonly deleteTableMs?: number
    /** How long a changed table stays in the state UPDATING, in milliseconds. */
    readonly updateTableMs?: number
  }

  function dynalite(options?: DynaliteOptions): Server
  export default dynalite
}
