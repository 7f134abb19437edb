import type { TriggerName } from '../../shared/cognito/triggers.ts'
import type { HandlerDecision } from '../replay/rule-trace.ts'
import type { AssumptionName } from './assumptions.ts'
import type { StepKind } from './operation.ts'

/** A call of a trigger, with all that a person needs to understand its effect. */
export interface TriggerCall {
  readonly trigger: TriggerName
  readonly source: string
  readonly function: string
  readonly event: Readonly<Record<string, unknown>>
  readonly outcome: 'proceed' | 'denied' | 'failed'
  readonly response: Readonly<Record<string, unknown>> | null
  readonly error: { readonly name: string; readonly message: string } | null
  /** Why the function failed, if no rule says so. */
  readonly problem: string | null
  /** The decision of Lifeguard's rules with its trace. Null for another function. */
  readonly decision: HandlerDecision | null
  readonly attempts: number
  readonly durationMs: number
}

/** A step of a request that ran, or that an assumption left out. */
export interface JournalStep {
  readonly kind: StepKind
  readonly text: string
  /** Set if AWS does not document the step. */
  readonly assumption?: AssumptionName
  /** True if the other reading of the assumption would have run the step. */
  readonly skipped?: true
  readonly trigger?: TriggerCall
}

/** A request to the pool, with the steps that it ran, or a call of a custom sender, which runs after its request. */
export interface JournalEntry {
  readonly id: number
  /** In ISO 8601, UTC. */
  readonly at: string
  readonly operation: string
  readonly userPoolId: string | null
  readonly clientId: string | null
  readonly userName: string | null
  /** The input without passwords and secrets. */
  readonly input: unknown
  readonly steps: readonly JournalStep[]
  /** The answer, or the error. */
  readonly answer: unknown
  readonly error: { readonly type: string; readonly message: string } | null
  readonly durationMs: number
}

/** The record of what a pool did. Keeps the newest entries. */
export interface Journal {
  readonly add: (entry: Omit<JournalEntry, 'id'>) => void
  /** Returns the entries, oldest first. */
  readonly entries: () => readonly JournalEntry[]
  /** Calls a function with each new entry, until the returned function is called. */
  readonly follow: (onEntry: (entry: JournalEntry) => void) => () => void
}

/**
 * Creates a journal.
 *
 * @param keep The number of entries to keep.
 * @param keepCharacters The number of characters to keep in all entries, because one request may have a megabyte.
 */
export function createJournal(keep = 1000, keepCharacters = 20_000_000): Journal {
  const entries: JournalEntry[] = []
  const sizes: number[] = []
  let characters = 0
  const followers = new Set<(entry: JournalEntry) => void>()
  let id = 0
  return {
    add(entry) {
      id += 1
      const numbered = { id, ...entry }
      const size = countCharacters(numbered)
      entries.push(numbered)
      sizes.push(size)
      characters += size
      while (entries.length > keep || (characters > keepCharacters && entries.length > 1)) {
        entries.shift()
        characters -= sizes.shift() ?? 0
      }
      for (const follower of followers) follower(numbered)
    },
    entries: () => [...entries],
    follow(onEntry) {
      followers.add(onEntry)
      return () => void followers.delete(onEntry)
    },
  }
}

function countCharacters(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let count = 0
  for (const [name, each] of Object.entries(value)) count += name.length + countCharacters(each)
  return count
}

const SECRET = /^(?:(?:Previous|Proposed|Temporary)?Password|NEW_PASSWORD|PASSWORD|ClientSecret|SecretHash|SECRET_HASH|client_secret)$/i

/** Copies a value without its passwords and secrets. */
export function hidePasswords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidePasswords)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, SECRET.test(name) ? '(hidden)' : hidePasswords(each)]))
}
