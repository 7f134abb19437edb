import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { UsageError } from '../src/tools/lib/errors.ts'

/** The options of a run. */
export interface Options {
  readonly seed: number
  readonly rounds: number
  /** Time after which no new round starts, in milliseconds since the process started. */
  readonly endsAt: number
  readonly json: boolean
  /** True if the results and the chart are written to bench/. */
  readonly write: boolean
}

const FULL_ROUNDS = 31
const SHORT_ROUNDS = 7

/** The smallest number of rounds, because fewer have no quartiles. */
export const LEAST_ROUNDS = 3

// In a short run, no round starts after this time, so that the last round ends within two minutes even on a busy machine.
const SHORT_MS = 95_000

/** The output of --help. */
export const HELP: string = [
  'npm run bench -- [OPTION...]',
  '',
  'Measures the handlers against other programs that do the same job, in interleaved rounds, and',
  'reports which goals are met. A full run writes bench/RESULTS.md and bench/chart.svg. It also',
  'measures the local user pool, as npm run bench:pools does, and writes bench/POOLS.md.',
  '',
  '  --short      run fewer rounds, for at most two minutes; write no files',
  `  --rounds N   number of rounds (default: ${FULL_ROUNDS}, or ${SHORT_ROUNDS} with --short)`,
  '  --json       print only { machine, versions, goals }; use it with npm run --silent',
  '  --write      write the files in a short run too',
  '  --seed N     repeat the order of programs of an earlier run (default: random)',
  '',
  'Exit code: 0 measured, even if goals are missed; 1 a program or a service failed; 2 invalid usage.',
  '',
  'Example: npm run bench -- --short',
].join('\n')

/**
 * Parses the arguments of the command.
 *
 * @throws UsageError that names the invalid argument and the expected value.
 */
export function readOptions(args: readonly string[]): Options | 'help' {
  const values = parseArguments(args)
  if (values.help) return 'help'
  const { short, json } = values
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : parseWholeNumber('seed', values.seed, 0, 2 ** 31 - 1),
    rounds:
      values.rounds === undefined ? (short ? SHORT_ROUNDS : FULL_ROUNDS) : parseWholeNumber('rounds', values.rounds, LEAST_ROUNDS, 1000),
    endsAt: short && values.rounds === undefined ? SHORT_MS : Number.POSITIVE_INFINITY,
    json,
    write: !short || values.write,
  }
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        short: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        seed: { type: 'string' },
      },
    }).values
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; see npm run bench -- --help`)
  }
}

function parseWholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least && number <= most)) throw new UsageError(`--${name} ${value}: expected a whole number from ${least} to ${most}`)
  return number
}
