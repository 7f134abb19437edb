import type { Block, BlockKey, BlockType } from '../../../../shared/blocks/block-list.ts'
import { type BlockWriterOptions, toRemovedKeys, toWrittenKey } from '../../../../shared/blocks/block-writer.ts'
import { isPublicText, isReason, MAX_REASON_LENGTH } from '../../../../shared/rules/outcome.ts'
import { UsageError } from '../../../lib/errors.ts'
import type { Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { parsePoolRegion } from '../../pool-id.ts'
import { parseUntil } from '../../until.ts'
import { REGION } from '../attach/options.ts'

/** The pool and the table that a command uses. */
export interface Place {
  readonly userPoolId: string
  readonly region: string
  readonly table: string
}

/** The parsed command line of `lifeguard block`. */
export interface BlockWish extends Place {
  readonly block: Block
  readonly spelling: BlockWriterOptions
  readonly signsOut: boolean
  readonly dryRun: boolean
}

/** The parsed command line of `lifeguard unblock`. */
export interface UnblockWish extends Place {
  readonly key: BlockKey
  readonly spelling: BlockWriterOptions
  readonly dryRun: boolean
}

/** The parsed command line of `lifeguard blocked`. */
export interface BlockedWish extends Place {
  /** The user to check. Undefined lists all blocks. */
  readonly checked: BlockKey | undefined
  readonly configuration: string | undefined
  readonly readsHandlers: boolean
  readonly json: boolean
}

const PLACE = {
  help: { type: 'boolean', short: 'h' },
  pool: { type: 'string' },
  table: { type: 'string' },
  region: { type: 'string' },
} as const
const KIND = { by: { type: 'string' }, exact: { type: 'boolean', default: false }, 'dry-run': { type: 'boolean', default: false } } as const

const KINDS: Readonly<Record<string, BlockType>> = { username: 'username', sub: 'sub', email: 'email', domain: 'emailDomain' }
const SUB = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

/**
 * Parses the arguments of `lifeguard block`.
 *
 * @throws UsageError with the option and its expected value.
 */
export function parseBlock(args: readonly string[], io: Io, now: Date): BlockWish | 'help' {
  const { values, positionals } = parseOptions('block', {
    args: [...args],
    allowPositionals: true,
    options: {
      ...PLACE,
      ...KIND,
      reason: { type: 'string' },
      until: { type: 'string' },
      'public-message': { type: 'string' },
      'sign-out': { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const word = parseWho('block', positionals)
  const place = parsePlace('block WHO', values, io)
  assertNoPhone(word, values.by)
  const key = parseTarget(word, values.by, values.exact, place.userPoolId)
  const reason = parseReason(values.reason)
  const message = values['public-message']
  if (message !== undefined && !isPublicText(message)) throw new UsageError('--public-message: expected a text that is not empty')
  const expiresAt = values.until === undefined ? undefined : parseUntil(values.until, now)
  const signsOut = values['sign-out']
  if (signsOut && key.type === 'emailDomain')
    throw new UsageError('--sign-out: expected a user or an email address. Users of a blocked domain get no new tokens at a refresh')
  const block = { ...key, reason, since: now, ...(message !== undefined && { message }), ...(expiresAt && { expiresAt }) }
  const spelling = { exactUserName: values.exact }
  assertKey(word, () => toWrittenKey(block, spelling))
  return { ...place, block, spelling, signsOut, dryRun: values['dry-run'] }
}

/**
 * Parses the arguments of `lifeguard unblock`.
 *
 * @throws UsageError with the option and its expected value.
 */
export function parseUnblock(args: readonly string[], io: Io): UnblockWish | 'help' {
  const { values, positionals } = parseOptions('unblock', { args: [...args], allowPositionals: true, options: { ...PLACE, ...KIND } })
  if (values.help) return 'help'
  const word = parseWho('unblock', positionals)
  const place = parsePlace('unblock WHO', values, io)
  assertNoPhone(word, values.by)
  const key = parseTarget(word, values.by, values.exact, place.userPoolId)
  const spelling = { exactUserName: values.exact }
  assertKey(word, () => toRemovedKeys(key, spelling))
  return { ...place, key, spelling, dryRun: values['dry-run'] }
}

/**
 * Parses the arguments of `lifeguard blocked`.
 *
 * @throws UsageError with the option and its expected value.
 */
export function parseBlocked(args: readonly string[], io: Io): BlockedWish | 'help' {
  const { values, positionals } = parseOptions('blocked', {
    args: [...args],
    allowPositionals: true,
    options: {
      ...PLACE,
      check: { type: 'string' },
      config: { type: 'string' },
      'no-handlers': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const [more] = positionals
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected: lifeguard blocked --check USER --pool ID`)
  const place = parsePlace('blocked', values, io)
  if (values.check === undefined) {
    const wrong = values.config !== undefined ? '--config' : values['no-handlers'] ? '--no-handlers' : undefined
    if (wrong !== undefined) throw new UsageError(`${wrong} works only with --check`)
  }
  const checked = values.check === undefined ? undefined : parseTarget(values.check, undefined, false, place.userPoolId)
  if (checked?.type === 'emailDomain' || checked?.value === '')
    throw new UsageError(`--check ${values.check}: expected a user name, a sub or an email address`)
  return { ...place, checked, configuration: values.config, readsHandlers: !values['no-handlers'], json: values.json }
}

const PHONE = /^\+\d{5,15}$/

/**
 * Checks that the argument is not a phone number. Cognito finds its user, but no event would match the block.
 *
 * @throws UsageError for a phone number, unless `--by` is set.
 */
function assertNoPhone(word: string, by: string | undefined): void {
  if (by === undefined && PHONE.test(word))
    throw new UsageError(`${word} is a phone number, which cannot be blocked. Pass the user's sub, or --by username if it is a user name`)
}

function parseWho(command: string, [word, more]: readonly string[]): string {
  const expected = `Expected: lifeguard ${command} WHO --pool ID`
  if (!word) throw new UsageError(`Missing user, email address or domain. ${expected}`)
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. ${expected}`)
  return word
}

type PlaceValues = Readonly<Partial<Record<'pool' | 'table' | 'region', string | undefined>>>

function parsePlace(command: string, { pool, table, region }: PlaceValues, io: Io): Place {
  if (!pool) throw new UsageError(`Missing pool. Expected: lifeguard ${command} --pool ID`)
  const home = parsePoolRegion(pool)
  if (region !== undefined && !REGION.test(region)) throw new UsageError(`--region ${region}: expected a region, such as eu-west-1`)
  const named = table ?? io.environment.BLOCK_TABLE
  if (!named) throw new UsageError('Missing table of blocks. Pass --table NAME, or set BLOCK_TABLE in the environment')
  return { userPoolId: pool, region: region ?? home, table: named }
}

function parseTarget(word: string, by: string | undefined, exact: boolean, userPoolId: string): BlockKey {
  const kind = by === undefined ? guessType(word) : Object.hasOwn(KINDS, by) ? KINDS[by] : undefined
  if (kind === undefined) throw new UsageError(`--by ${by}: expected one of ${Object.keys(KINDS).join(', ')}`)
  if (exact && kind !== 'username') throw new UsageError('--exact works only with a user name')
  return { userPoolId, type: kind, value: kind === 'emailDomain' ? word.replace(/^\./, '') : word }
}

function guessType(word: string): BlockType {
  if (word.startsWith('.')) return 'emailDomain'
  if (word.includes('@')) return 'email'
  return SUB.test(word) ? 'sub' : 'username'
}

function assertKey(word: string, make: () => unknown): void {
  try {
    make()
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`${word}: ${error.message}`) : error
  }
}

function parseReason(reason: string | undefined): string {
  if (reason === undefined) throw new UsageError('Missing reason. Pass --reason R, such as --reason chargeback')
  if (!isReason(reason))
    throw new UsageError(`--reason ${reason}: expected an identifier of at most ${MAX_REASON_LENGTH} characters, such as chargeback`)
  return reason
}
