import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Delivery } from '../src/shared/rules/once.ts'
import { UsageError } from '../src/tools/lib/errors.ts'

/** What a person asked for. */
export interface Options {
  readonly seed: number
  readonly users: number
  readonly percent: number
  readonly deliveries: readonly Delivery[]
  readonly log: string | undefined
}

const DELIVERIES: readonly Delivery[] = ['at-most-once', 'at-least-once']

/** What --help says. */
export const HELP: string = `npm run chaos -- [OPTION...]

Takes users through sign-up, confirmation and sign-in with the built handlers, while the services
and the processes fail, lets the sweeper finish, and counts how often a promise was broken.

  --seed N          the same users and the same faults again; by chance unless set
  --users N         how many users; 10000 unless set
  --faults PERCENT  of a hundred calls to DynamoDB and SES, how many go wrong; 20 unless set
  --delivery WHAT   at-most-once or at-least-once; one after the other unless set
  --log FILE        keeps what the handlers log; one after the other, in a file each

Exit code: 0 every promise was kept; 1 one was broken; 2 bad usage.`

/**
 * Reads the arguments of the command.
 *
 * @throws UsageError that names what is wrong and what was expected.
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const values = parseArguments(args)
  if (values.help) return 'help'
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : parseWholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    users: parseWholeNumber('users', values.users, 1, 1_000_000),
    percent: parsePercentage(values.faults),
    deliveries: values.delivery === undefined ? DELIVERIES : [parseDelivery(values.delivery)],
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
        log: { type: 'string' },
      },
    }).values
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; npm run chaos -- --help tells more`)
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
