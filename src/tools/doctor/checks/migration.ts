import { type HashParameters, parseHashParameters } from '../../../shared/directory/hash-parameters.ts'
import { listRules } from '../../../shared/rules/rule.ts'
import { hasIntrinsic } from '../../project/conditions.ts'
import { hasOpenAttributes, isPoolId } from '../../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic } from '../../project/symbolic.ts'
import { AT_DEPLOYMENT, findResources, type Resource, type Template } from '../../project/template.ts'
import { type Judged, mergeJudged, NOTHING } from '../finding.ts'
import { type AttachedCode, listAttachedCode, type Subject } from '../loaded.ts'
import { DEFAULT_MEMORY_MB, readNumber } from './functions.ts'

/** LG410 and LG411: checks that user migration can run, and that its password hashes do not take too long. */
export function checkMigration(subject: Subject): Judged {
  const attached = listAttachedCode(subject).filter(({ trigger }) => trigger === 'UserMigration')
  return mergeJudged(attached.flatMap((each) => [checkFlows(subject.template, each), checkHash(each)]))
}

// The flows that send the password to Cognito. The names without ALLOW_ are older.
const PASSWORD_FLOWS = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_ADMIN_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH']
const SIGN_IN_PAGE_FLOWS = ['code', 'implicit']

function checkFlows(template: Template, { pool, resource, path, conditional }: AttachedCode): Judged {
  if (pool === undefined) return NOTHING
  const clients = findResources(template, 'AWS::Cognito::UserPoolClient').map((client) => judgeClient(template, client, pool))
  if (clients.includes('yes')) return NOTHING
  const isUndecided = (why: string): Judged => ({ findings: [], unknown: [`the app clients of ${pool.id} for user migration: ${why}`] })
  if (clients.includes('maybe') || conditional) return isUndecided(AT_DEPLOYMENT)
  if (clients.every((each) => each === 'other')) return isUndecided('this template contains none')
  const message = `The user pool ${pool.id} has user migration, but no app client of the template sends a password to Cognito`
  return { findings: [{ code: 'LG410', resource, path, message }], unknown: [] }
}

/** Judges if an app client sends passwords to the pool. The result is `other` for a client of another pool. */
function judgeClient(template: Template, { properties }: Resource, pool: Resource): 'yes' | 'no' | 'maybe' | 'other' {
  const named = toSymbolic(properties.UserPoolId) ?? ''
  if (!isPoolId(named, pool)) {
    const found = template.resources.get(parseReference(named)?.id ?? '')
    return isKnown(named) || (found !== undefined && !hasOpenAttributes(found)) ? 'other' : 'maybe'
  }
  const flows = [judgeList(properties, 'ExplicitAuthFlows', PASSWORD_FLOWS), judgeList(properties, 'AllowedOAuthFlows', SIGN_IN_PAGE_FLOWS)]
  return flows.find((each) => each === 'yes') ?? flows.find((each) => each === 'maybe') ?? 'no'
}

/** Judges if a list has one of the words. A missing list has none of them, because Cognito's defaults send no password. */
function judgeList(properties: Resource['properties'], name: string, words: readonly string[]): 'yes' | 'no' | 'maybe' {
  const value = properties[name]
  if (value === undefined) return hasIntrinsic(properties) ? 'maybe' : 'no'
  if (!Array.isArray(value)) return 'maybe'
  const texts = value.map(toSymbolic)
  if (texts.some((each) => each !== undefined && words.includes(each))) return 'yes'
  return texts.every((each) => each !== undefined && isKnown(each)) ? 'no' : 'maybe'
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
