import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { UsageError } from '../src/tools/lib/errors.ts'

/** What a person asked for. */
export interface Options {
  readonly seed: number
  readonly rounds: number
  /** When no further round begins: milliseconds since the process started. */
  readonly endsAt: number
  readonly json: boolean
  /** Whether the results and the chart are written to bench/. */
  readonly write: boolean
}

const FULL_ROUNDS = 31
const SHORT_ROUNDS = 7

/** Fewer have no quartiles. */
export const LEAST_ROUNDS = 3

// What is left to two minutes is enough for a round on a machine that does much else.
const SHORT_MS = 95_000

/** What --help says. */
export const HELP: string = `npm run bench -- [OPTION...]

Measures the handlers against what people write instead, in interleaved rounds, and says which
goals hold. A full run writes bench/RESULTS.md and bench/chart.svg.

  --short      fewer rounds, or as many as two minutes allow; writes no files
  --rounds N   how many rounds; ${FULL_ROUNDS} unless set, ${SHORT_ROUNDS} with --short
  --json       only { machine, versions, goals } on standard output; with npm run --silent
  --write      writes the files in a short run too
  --seed N     the order of the programs; by chance unless set

Exit code: 0 measured, whichever goals hold; 1 a program or a service failed; 2 bad usage.`

/**
 * Reads the arguments of the command.
 *
 * @throws UsageError that names what is wrong and what was expected.
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
    throw new UsageError(`${what?.replace(/\.$/, '')}; npm run bench -- --help tells more`)
  }
}

function parseWholeNumber(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= least && number <= most)) throw new UsageError(`--${name} ${value}: expected a whole number from ${least} to ${most}`)
  return number
}
