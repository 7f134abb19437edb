import { createHash, randomUUID } from 'node:crypto'
import { DeleteCommand } from '@aws-sdk/lib-dynamodb'
import { type Documents, tryConditionalWrite, tryReserve } from '../aws/dynamodb.ts'
import { and, deleteItem, doesNotExist, equals, exists, isAtMost, or, updateItem } from '../aws/expressions.ts'
import { type EmailAddress, parseEmailAddress } from '../email/address.ts'
import { indexProviders, type MailProvider, toCanonicalEmail } from '../email/mail-providers.ts'
import { assertOptions } from '../rules/arguments.ts'
import type { CanonicalEmails, EmailClaim } from './canonical-emails.ts'

/** The options of {@link dynamoCanonicalEmails}. */
export interface DynamoCanonicalEmailsOptions {
  readonly documents: Documents
  /** A table with the string partition key `pk`, and the time to live `expiresAt`. */
  readonly table: string
  /** More providers, such as your own domain. */
  readonly providers?: readonly MailProvider[]
  readonly now?: () => Date
}

/** The addresses of a pool's users in a table. */
export interface DynamoCanonicalEmails extends CanonicalEmails {
  /** Deletes an address, so that another user can sign up with it. Call it after you deleted the user, or changed the address. */
  readonly forget: (userPoolId: string, email: string) => Promise<void>
}

const RESERVED_SECONDS = 3600

/** Returns the partition key of the mailbox of an address, by the providers of this package. */
export function canonicalEmailPk(userPoolId: string, address: EmailAddress): string {
  return hash(userPoolId, toCanonicalEmail(address, indexProviders('canonicalEmailPk()', [])))
}

/**
 * Makes the addresses of users in a DynamoDB table. Each call is one conditional write. The table stores no address and no user name: both
 * are hashed.
 *
 * @throws TypeError for an unknown option, or an invalid provider.
 * @example
 * uniqueCanonicalEmail(dynamoCanonicalEmails({ documents: documentClient(), table: 'emails' }), { revealsExistence: true })
 */
export function dynamoCanonicalEmails(options: DynamoCanonicalEmailsOptions): DynamoCanonicalEmails {
  assertOptions('dynamoCanonicalEmails()', options, ['documents', 'table', 'providers', 'now'])
  const { documents, table, providers: more = [], now = () => new Date() } = options
  const providers = indexProviders('dynamoCanonicalEmails()', more)
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const toKey = (userPoolId: string, address: EmailAddress) => ({ pk: hash(userPoolId, toCanonicalEmail(address, providers)) })

  /** The tokens that each invocation wrote with new reservations, by mailbox and owner. */
  const tokens = new WeakMap<object, Map<string, string>>()

  return {
    permissions: [{ actions: ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], resource: 'CANONICAL_EMAIL_TABLE' }],

    async reserve(claim, signal, attempt = signal) {
      const owner = toOwner(claim)
      const key = toKey(claim.userPoolId, claim.address)
      const expiresAt = seconds() + RESERVED_SECONDS
      const token = randomUUID()
      tokens.set(attempt, new Map(tokens.get(attempt)).set(`${key.pk} ${owner}`, token))
      const isReserved = and(equals('owner', owner), exists('expiresAt'))
      // One write for every mailbox, so that the time does not depend on its state. A renewed reservation has more than one attempt, so
      // that no invocation releases what another one relies on.
      const command = updateItem({
        table,
        key,
        set: { owner, expiresAt, token },
        add: { attempts: 1 },
        // An item without an expiry is kept, so a late attempt cannot turn it into a reservation again.
        if: or(doesNotExist('pk'), isAtMost('expiresAt', seconds()), isReserved),
        returned: 'UPDATED_OLD',
      })
      return tryReserve(documents().send(command, { abortSignal: signal }), (old) => old.owner === owner)
    },

    async keep(claim, signal) {
      const owner = toOwner(claim)
      const command = updateItem({
        table,
        key: toKey(claim.userPoolId, claim.address),
        set: { owner },
        remove: ['expiresAt', 'token', 'attempts'],
        if: or(doesNotExist('pk'), equals('owner', owner), isAtMost('expiresAt', seconds())),
      })
      return tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },

    async release(claim, signal, attempt = signal) {
      const key = toKey(claim.userPoolId, claim.address)
      const token = tokens.get(attempt)?.get(`${key.pk} ${toOwner(claim)}`)
      if (token === undefined) return
      const command = deleteItem({ table, key, if: and(equals('token', token), equals('attempts', 1)) })
      await tryConditionalWrite(documents().send(command, { abortSignal: signal }))
    },

    async forget(userPoolId, email) {
      const address = parseEmailAddress(email)
      if (address === undefined) throw new TypeError('forget(): expected one plain email address, such as ann@example.com')
      await documents().send(new DeleteCommand({ TableName: table, Key: toKey(userPoolId, address) }))
    },
  }
}

function toOwner({ userPoolId, userName }: EmailClaim): string {
  return hash(userPoolId, userName)
}

function hash(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
