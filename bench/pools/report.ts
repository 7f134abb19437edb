import type { Machine } from '../machine.ts'
import type { Versions } from '../peers.ts'
import { pairFigures, quantile, quartiles } from '../statistics.ts'
import { type Align, digits, formatColumns, formatMarkdown } from '../table.ts'
import { FLOWS, MEASURES, type PoolRounds } from './measure-pools.ts'

/** The results of a run. */
export interface PoolResults {
  readonly figures: PoolRounds
  readonly machine: Machine
  readonly versions: Versions
  readonly seed: number
}

const HEAD = ['measure', 'Lifeguard', 'cognito-local', 'ratio', 'quartiles of the ratio', 'at least as good']
const ALIGNS: readonly Align[] = ['left', 'right', 'right', 'right', 'right', 'left']

function listRows({ figures }: PoolResults): readonly (readonly string[])[] {
  return MEASURES.map(({ key, title, unit, more }) => {
    const ours = figures.Lifeguard.map((round) => round[key])
    const theirs = figures['cognito-local'].map((round) => round[key])
    const { lower, median, upper } = quartiles(pairFigures(ours, theirs, (our, their) => our / their))
    const value = (all: readonly number[]): string => `${digits(quantile(all, 0.5))} ${unit}`
    const isGood = more ? median >= 1 : median <= 1
    return [title, value(ours), value(theirs), `${digits(median)}x`, `${digits(lower)} to ${digits(upper)}`, isGood ? 'yes' : 'no']
  })
}

/** Formats the results for a terminal. */
export function formatPools(results: PoolResults): readonly string[] {
  return [`${describeRun(results)}`, '', ...formatColumns(HEAD, listRows(results), ALIGNS)]
}

function describeRun({ figures, seed }: PoolResults): string {
  return `${figures.Lifeguard.length} rounds, seed ${seed}`
}

/** Formats the results as bench/POOLS.md. */
export function poolsToMarkdown(results: PoolResults, date: Date): string {
  const { machine, versions } = results
  const pinned = machine.pinned ? 'the measured pool runs on its own core' : 'not pinned to a core'
  return [
    '# Benchmark results of the local user pool',
    '',
    `\`npm run bench:pools\` wrote this page on ${date.toISOString().slice(0, 10)}: ${describeRun(results)}.`,
    'It measures the local user pool of Lifeguard against cognito-local. Both do the same flow: SignUp,',
    'ConfirmSignUp, InitiateAuth with USER_PASSWORD_AUTH, and GetUser.',
    '',
    ...formatMarkdown(HEAD, listRows(results), ALIGNS),
    '',
    '## How it was measured',
    '',
    '- In each round, each pool starts in a fresh process, in random order. A ratio compares the two of a round.',
    '- The first answer is the first successful ListUserPools. A client asks every 2 ms.',
    `- ${FLOWS.warmUp} flows run before the measurement, then ${FLOWS.one} with 1 client, then ${FLOWS.ten} with 10 clients.`,
    '- Resident memory is read half a second after the first answer, and half a second after the last flow. A MB is 1,000,000 bytes.',
    '- The code of cognito-local is fixed. That of Lifeguard is random, so its flow has one request more, which reads the inbox.',
    '- cognito-local writes its users to JSON files, and keeps no journal. Lifeguard keeps its users and its journal in memory.',
    '- Neither pool calls functions.',
    '',
    '## Machine and versions',
    '',
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; ${pinned}`,
    `- ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    '',
  ].join('\n')
}
