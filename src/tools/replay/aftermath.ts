import type { ReceivedMail } from '../local/ses/local-ses.ts'

/** What handlers left in the embedded services. */
export interface Aftermath {
  /** The rows of the profile table. */
  readonly profiles: readonly Readonly<Record<string, unknown>>[]
  /** The mails, first one first. */
  readonly mails: readonly ReceivedMail[]
}

/** How many profiles were written, made or changed, and how many mails were sent in between. */
export function effectsBetween(before: Aftermath, after: Aftermath): { readonly profiles: number; readonly mails: number } {
  const known = new Set(before.profiles.map((row) => JSON.stringify(row)))
  return {
    profiles: after.profiles.filter((row) => !known.has(JSON.stringify(row))).length,
    mails: after.mails.length - before.mails.length,
  }
}
