import { type HashParameters, parseHash } from '../../../../shared/directory/hash-parameters.ts'

/** The way that a password takes into the new user pool. */
export type Way = 'import' | 'trigger' | 'reset'

/** The judgement of a password hash. The reason has no part of the hash. */
export interface HashJudgement {
  readonly way: Way
  readonly reason: string
}

/**
 * Judges if AWS's import of password hashes takes a hash, else the user migration trigger, else none of them.
 *
 * @example
 * judgeHash('$2b$13$...') // { way: 'trigger', reason: 'the cost of bcrypt is 13; the import takes up to 12' }
 */
export function judgeHash(hash: string): HashJudgement {
  if (hash.trim() === '') return { way: 'reset', reason: 'no hash' }
  const parsed = parseHash(hash.trim())
  if ('problem' in parsed) return { way: 'reset', reason: parsed.problem }
  const excess = findExcess(parsed.parameters)
  return excess === undefined ? { way: 'import', reason: parsed.parameters.algorithm } : { way: 'trigger', reason: excess }
}

type Limit = readonly [what: string, value: number, most: number]

/** Returns why the import does not take a hash, or undefined. */
function findExcess(parameters: HashParameters): string | undefined {
  const limits = listLimits(parameters)
  if (limits === undefined) return `the import does not take ${parameters.algorithm}`
  const beyond = limits.find(([, value, most]) => value > most)
  return beyond && `the ${beyond[0]} of ${parameters.algorithm} is ${beyond[1]}; the import takes up to ${beyond[2]}`
}

/** @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html */
function listLimits(parameters: HashParameters): readonly Limit[] | undefined {
  switch (parameters.algorithm) {
    case 'bcrypt':
      return [['cost', parameters.cost, 12]]
    case 'argon2id':
      return [
        ['memory (m)', parameters.memoryKiB, 19_456],
        ['number of passes (t)', parameters.passes, 2],
        ['parallelism (p)', parameters.parallelism, 1],
      ]
    case 'scrypt':
      return [
        ['cost (N)', 2 ** parameters.log2N, 65_536],
        ['block size (r)', parameters.blockSize, 8],
        ['parallelism (p)', parameters.parallelism, 1],
      ]
    case 'pbkdf2-sha256':
      return [['number of iterations', parameters.iterations, 600_000]]
    case 'pbkdf2-sha512':
      return undefined
  }
}
