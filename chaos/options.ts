import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Delivery } from '../src/shared/rules/once.ts'
import { UsageError } from '../src/tools/lib/errors.ts'
import { HANDLERS, type Handlers } from './handlers.ts'

/** The options of a run. */
export interface Options {
  readonly seed: number
  readonly users: number
  readonly percent: number
  readonly deliveries: readonly Delivery[]
  readonly handlers: Handlers
  readonly log: string | undefined
}

const DELIVERIES: readonly Delivery[] = ['at-most-once', 'at-least-once']

/** The output of --help. */
export const HELP: string = [
  'npm run chaos -- [OPTION...]',
  '',
  'Runs sign-ups, confirmations and sign-ins through the built handlers while services and processes',
  'fail. Then runs the sweeper, and counts how often each guarantee was broken.',
  '',
  '  --seed N          repeat the users and faults of an earlier run (default: random)',
  '  --users N         number of users (default: 10000)',
  '  --faults PERCENT  percentage of service calls that fail (default: 20)',
  '  --delivery MODE   at-most-once or at-least-once (default: one run of each)',
  '  --handlers WHICH  deployed (default), or extended with a webhook, an event bus, a group and mailboxes',
  '  --log FILE        write the log of the handlers to FILE; without --delivery, the two runs write',
  '                    to FILE.at-most-once and FILE.at-least-once',
  '',
  'Exit code: 0 all guarantees were kept; 1 a guarantee was broken; 2 invalid usage.',
  '',
  'Example: npm run chaos -- --users 500 --seed 42',
].join('\n')

/**
 * Parses the arguments of the command.
 *
 * @throws UsageError that names the invalid argument and the expected value.
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const values = parseArguments(args)
  if (values.help) return 'help'
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : parseWholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    users: parseWholeNumber('users', values.users, 1, 1_000_000),
    percent: parsePercentage(values.faults),
    deliveries: values.delivery === undefined ? DELIVERIES : [parseDelivery(values.delivery)],
    handlers: parseHandlers(values.handlers),
    log: values.log,
  }
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        seed: { type: 'string' },
        users: { type: 'string', default: '10000' },
        faults: { type: 'string', default: '20' },
        delivery: { type: 'string' },
        handlers: { type: 'string', default: 'deployed' },
        log: { type: 'string' },
      },
    }).values
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; see npm run chaos -- --help`)
  }
}

function parseWholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least && number <= most)) throw new UsageError(`--${name} ${value}: expected a whole number from ${least} to ${most}`)
  return number
}

function parsePercentage(value: string): number {
  const number = /^\d{1,3}(\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN
  if (!(number <= 100)) throw new UsageError(`--faults ${value}: expected a percentage from 0 to 100`)
  return number
}

function parseDelivery(value: string): Delivery {
  const delivery = DELIVERIES.find((each) => each === value)
  if (delivery === undefined) throw new UsageError(`--delivery ${value}: expected one of ${DELIVERIES.join(', ')}`)
  return delivery
}

function parseHandlers(value: string): Handlers {
  const handlers = HANDLERS.find((each) => each === value)
  if (handlers === undefined) throw new UsageError(`--handlers ${value}: expected one of ${HANDLERS.join(', ')}`)
  return handlers
}
