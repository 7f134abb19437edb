import type { ParkedCode, ParkedCodes } from '../shared/sender/park-codes.ts'
import type { SendClaims } from '../shared/sender/send-claims.ts'
import type { CodeReader } from '../shared/sender/sender.ts'
import { createFaults, type Faults } from './faults.ts'

/** A reader that returns one code. */
export interface FixedCode extends CodeReader, Faults<'read'> {}

/**
 * Creates a reader that returns the same code for every event, instead of decrypting.
 *
 * @example
 * customEmailSender(sendEmail(memoryMailer(), catalogue, { code: fixedCode('123456') }))
 */
export function fixedCode(code: string = '123456'): FixedCode {
  const { faults, run } = createFaults<'read'>()
  return { ...faults, permissions: [], read: ({ signal }) => run('read', signal, () => code) }
}

/** Claims in memory. */
export interface MemorySendClaims extends SendClaims, Faults<'claim' | 'keep' | 'release'> {}

/** Creates claims in memory, so that a repeated event sends a message once. A claim of a crashed function does not expire. */
export function memorySendClaims(): MemorySendClaims {
  const claimed = new Set<string>()
  const { faults, run } = createFaults<'claim' | 'keep' | 'release'>()
  return {
    ...faults,
    permissions: [],
    claim: (message, _token, signal) =>
      run('claim', signal, () => {
        const isFree = !claimed.has(message)
        claimed.add(message)
        return isFree
      }),
    keep: (_message, signal) => run('keep', signal, () => undefined),
    release: (message, signal) => run('release', signal, () => void claimed.delete(message)),
  }
}

/** Codes in memory. */
export interface MemoryParkedCodes extends ParkedCodes, Faults<'park'> {
  /** All codes, oldest first. */
  readonly codes: readonly ParkedCode[]
}

/** Creates a store that keeps codes in memory. */
export function memoryParkedCodes(): MemoryParkedCodes {
  const codes: ParkedCode[] = []
  const { faults, run } = createFaults<'park'>()
  return { ...faults, permissions: [], codes, park: (code, signal) => run('park', signal, () => void codes.push(code)) }
}
