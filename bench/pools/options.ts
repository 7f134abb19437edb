import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { UsageError } from '../../src/tools/lib/errors.ts'

/** The options of a run. */
export interface PoolOptions {
  readonly rounds: number
  readonly seed: number
  readonly write: boolean
}

const FULL_ROUNDS = 11
const SHORT_ROUNDS = 3

/** The output of --help. */
export const HELP: string = [
  'npm run bench:pools -- [OPTION...]',
  '',
  'Measures the local user pool against cognito-local, in interleaved rounds. A full run writes',
  'bench/POOLS.md.',
  '',
  '  --short      run fewer rounds; write no file',
  `  --rounds N   number of rounds (default: ${FULL_ROUNDS}, or ${SHORT_ROUNDS} with --short)`,
  '  --write      write the file in a short run too',
  '  --seed N     repeat the order of an earlier run (default: random)',
  '',
  'Example: npm run bench:pools -- --short',
].join('\n')

/** Parses the arguments of the command. @throws UsageError that names the invalid argument. */
export function readPoolOptions(args: readonly string[]): PoolOptions | 'help' {
  const values = parseArguments(args)
  if (values.help) return 'help'
  return {
    rounds: values.rounds === undefined ? (values.short ? SHORT_ROUNDS : FULL_ROUNDS) : parseWholeNumber('rounds', values.rounds),
    seed: values.seed === undefined ? randomInt(2 ** 31) : parseWholeNumber('seed', values.seed),
    write: !values.short || values.write,
  }
}

function parseArguments(args: readonly string[]) {
  try {
    const no = { type: 'boolean', default: false } as const
    const options = { help: { ...no, short: 'h' }, short: no, write: no, rounds: { type: 'string' }, seed: { type: 'string' } } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    const [what] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    throw new UsageError(`${what?.replace(/\.$/, '')}; see npm run bench:pools -- --help`)
  }
}

function parseWholeNumber(name: string, value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new UsageError(`--${name} ${value}: expected a whole number from 1`)
  return Number(value)
}
