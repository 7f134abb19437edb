import { type HashParameters, parseHashParameters } from '../../../shared/directory/hash-parameters.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import type { Template } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../loaded.ts'
import { checkFlows } from './client-flows.ts'
import { DEFAULT_MEMORY_MB, readNumber } from './functions.ts'

/** LG410 and LG411: checks that user migration can run, and that its password hashes do not take too long. */
export function checkMigration(subject: Subject): Judged {
  const attached = listAttachedCode(subject).filter(({ trigger }) => trigger === 'UserMigration')
  return mergeJudged(attached.flatMap((each) => [checkPasswordFlows(subject.template, each), checkHash(each)]))
}

// The flows that send the password to Cognito. The names without ALLOW_ are older.
const PASSWORD_FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH']

function checkPasswordFlows(template: Template, attached: AttachedCode): Judged {
  return checkFlows(template, attached, {
    code: 'LG410',
    flows: { ExplicitAuthFlows: PASSWORD_FLOWS, AllowedOAuthFlows: ['code', 'implicit'] },
    purpose: 'user migration',
    describe: (pool) => `The user pool ${pool} has user migration, but no app client of the template sends a password to Cognito`,
  })
}

// A hash may take half of the 4 s that Lifeguard's rules have, because the directory and a cold start take time too.
const MOST_MS = 2000
const FULL_CPU_MB = 1769
// Node and the handler need the rest of the memory.
const MEMORY_PART = 1 / 2

function checkHash({ code, target }: AttachedCode): Judged {
  const hashes = code?.rule === undefined ? [] : listRules(code.rule).flatMap(({ hash }) => hash ?? [])
  if (target === undefined || hashes.length === 0) return NOTHING
  const memory = readNumber(target.properties, 'MemorySize', DEFAULT_MEMORY_MB)
  if (memory === 'unknown' || memory === undefined)
    return { findings: [], unknown: [`the time of a password hash in ${target.id}: MemorySize is known only at deployment`] }
  const findings = hashes.flatMap((hash) => {
    const why = explainCost(hash, memory)
    const message = `A hash of ${hash} in ${target.id} ${why}`
    return why === undefined ? [] : [{ code: 'LG411' as const, resource: target.id, path: ['Properties', 'MemorySize'], message }]
  })
  return { findings, unknown: [] }
}

function explainCost(hash: string, memory: number): string | undefined {
  const parameters = parseHashParameters(hash)
  if ('problem' in parameters) return undefined
  const needed = computeMemoryMb(parameters)
  if (needed > memory * MEMORY_PART) return `needs ${Math.ceil(needed)} MB, more than half of its MemorySize of ${memory} MB`
  const ms = estimateMs(parameters) * Math.max(1, FULL_CPU_MB / memory)
  return ms > MOST_MS ? `takes about ${(ms / 1000).toFixed(1)} seconds with ${memory} MB; expected at most ${MOST_MS / 1000}` : undefined
}

/**
 * Estimates the time of a hash with one full CPU, in milliseconds. The factors were measured with Node 24 and bcryptjs 3.0.3:
 *
 * - bcrypt with cost 10 took 187 ms.
 * - argon2id with 19456 KiB and 2 passes took 66 to 114 ms.
 * - scrypt with N = 65536 and r = 8 took 327 to 483 ms.
 * - PBKDF2 with 600,000 iterations took 229 to 501 ms.
 */
function estimateMs(parameters: HashParameters): number {
  switch (parameters.algorithm) {
    case 'bcrypt':
      return 187 * 2 ** (parameters.cost - 10)
    case 'argon2id':
      return parameters.memoryKiB * parameters.passes * 0.0025
    case 'scrypt':
      return 2 ** parameters.log2N * parameters.blockSize * parameters.parallelism * 0.0008
    default:
      return parameters.iterations * 0.0006
  }
}

function computeMemoryMb(parameters: HashParameters): number {
  if (parameters.algorithm === 'argon2id') return parameters.memoryKiB / 1024
  return parameters.algorithm === 'scrypt' ? (128 * 2 ** parameters.log2N * parameters.blockSize) / 1_048_576 : 0
}
