import { assertMethod, assertOptions } from '../rules/arguments.ts'
import { done, skip } from '../rules/outcome.ts'
import { defineRule, type Rule, type RulePermission } from '../rules/rule.ts'
import { mergePermissions } from './send-message.ts'
import { type CodeReader, readMessageName, type Sender } from './sender.ts'

/** A code that an end-to-end test reads. */
export interface ParkedCode {
  readonly userPoolId: string
  readonly userName: string
  readonly channel: 'email' | 'sms'
  /** The name of the message, such as `SignUp`. */
  readonly message: string
  readonly code: string
}

/** Port that keeps the latest code of each user for end-to-end tests, in plain text. */
export interface ParkedCodes {
  /** The IAM permissions of the adapter. */
  readonly permissions: readonly RulePermission[]
  readonly park: (code: ParkedCode, signal: AbortSignal) => Promise<void>
}

/** Options of {@link parkCodes}. */
export interface ParkCodesOptions {
  /** Decrypts the codes: `decryptCode(keyring)`. */
  readonly code: CodeReader
  /** The name of the stage, such as `dev`. */
  readonly stage: string
}

const PRODUCTION = /prod|live/i

/**
 * Makes a rule that stores each code in plain text, so that end-to-end tests can read it. It is refused in production, because a
 * reader of the store can take over accounts.
 *
 * @throws RangeError if the name of the stage contains `prod` or `live`. TypeError if an argument is invalid.
 * @example
 * customEmailSender(parkCodes(dynamoParkedCodes({ documents, table }), { code, stage: 'dev' }))
 */
export function parkCodes(store: ParkedCodes, options: ParkCodesOptions): Rule<Sender> {
  const owner = 'parkCodes()'
  assertMethod(owner, 'the store', store, 'park', 'dynamoParkedCodes({ documents, table })')
  assertOptions(owner, options, ['code', 'stage'])
  const { code, stage } = options
  assertMethod(owner, 'code', code, 'read', 'decryptCode(keyring)')
  if (typeof stage !== 'string' || stage.trim() === '') throw new TypeError(`${owner}: stage is missing; expected a name such as 'dev'`)
  if (PRODUCTION.test(stage)) throw new RangeError(`${owner}: the stage is '${stage}'; codes in plain text are refused in production`)
  const permissions = mergePermissions(store, code)

  return defineRule<Sender>(
    'park-codes',
    async (ctx) => {
      const { event, user, trigger, signal } = ctx
      if (!event.request.code) return skip('no-code', 'The event has no code')
      const { userPoolId } = event
      const channel = trigger === 'CustomEmailSender' ? 'email' : 'sms'
      const message = readMessageName(event)
      await store.park({ userPoolId, userName: user.userName, channel, message, code: await code.read(ctx) }, signal)
      return done()
    },
    { can: ['done'], reasons: ['no-code'], ...(permissions && { permissions }) },
  )
}
