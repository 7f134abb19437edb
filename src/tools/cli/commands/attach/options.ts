import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { UsageError } from '../../../lib/errors.ts'
import { parseOptions } from '../../options.ts'
import { parsePoolRegion } from '../../pool-id.ts'
import type { Wish } from './plan.ts'
import { isSender, SENDERS, type WantedFunction } from './triggers.ts'

export const REGION: RegExp = /^[a-z]{2,4}(-[a-z]+)+-\d+$/
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:[\w-]+(:[\w$-]+)?$/
// Matches the ARN of a KMS key. Does not match the id or alias of a key, because Cognito does not accept them.
const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/

const SAMPLE_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:NAME'
const SAMPLE_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/ID'

/** The parsed command line of `lifeguard attach`. */
export interface Wanted extends Wish {
  readonly userPoolId: string
  readonly region: string
  /** The region that the pool's id begins with. */
  readonly home: string
  readonly dryRun: boolean
  readonly replace: boolean
}

/**
 * Parses the command line, and rejects options that are invalid for every pool.
 *
 * @throws UsageError with the option and its expected value.
 * @example
 * parseArguments(['--pool', 'eu-west-1_Example', '--function', `PreTokenGeneration@V2_0=${arn}`])
 */
export function parseArguments(args: readonly string[]): Wanted | 'help' {
  const { values, positionals } = parseOptions('attach', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      pool: { type: 'string' },
      function: { type: 'string', multiple: true },
      'kms-key': { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
      replace: { type: 'boolean' },
      region: { type: 'string' },
    },
  })
  if (values.help) return 'help'
  if (positionals[0] !== undefined) throw new UsageError(`Unexpected argument '${positionals[0]}'. Expected: lifeguard attach --pool ID`)
  const userPoolId = values.pool
  if (!userPoolId) throw new UsageError('Missing pool. Expected: lifeguard attach --pool ID')
  const home = parsePoolRegion(userPoolId)
  const region = values.region ?? home
  if (!REGION.test(region)) throw new UsageError(`--region ${region}: expected a region, such as eu-west-1`)
  const functions: WantedFunction[] = []
  for (const option of values.function ?? []) {
    const wanted = parseFunctionOption(option, region)
    if (functions.some(({ trigger }) => trigger === wanted.trigger))
      throw new UsageError(`--function ${option}: ${wanted.trigger} already has a function. Pass one function per trigger`)
    functions.push(wanted)
  }
  const kmsKey = parseKeyOption(values['kms-key'] ?? [], functions, region)
  return { userPoolId, region, home, functions, kmsKey, dryRun: values['dry-run'] ?? false, replace: values.replace ?? false }
}

/**
 * Parses `TRIGGER=ARN` or `TRIGGER@VERSION=ARN`.
 *
 * @throws UsageError if the format, the trigger or its version is invalid, or the function is in another region.
 * @example
 * parseFunctionOption(`custom-email-sender=${arn}`, 'eu-west-1') // { trigger: 'CustomEmailSender', version: undefined, arn }
 */
export function parseFunctionOption(option: string, region: string): WantedFunction {
  const [name = '', arn = ''] = option.split(/=(.*)/s)
  const [word = '', version] = name.split(/@(.*)/s)
  const named = word.replaceAll(/[-_]/g, '').toLowerCase()
  const expected = `--function ${option}: expected`
  if (named === 'pretokengenerationconfig')
    throw new UsageError(`${expected} PreTokenGeneration@VERSION=ARN, which sets PreTokenGenerationConfig`)
  const trigger = TRIGGER_NAMES.find((each) => each.toLowerCase() === named)
  if (trigger === undefined) throw new UsageError(`${expected} TRIGGER=ARN with one of ${TRIGGER_NAMES.join(', ')}`)
  const versions = triggerFacts(trigger).lambdaVersions
  if (versions === undefined && version !== undefined)
    throw new UsageError(`--function ${option}: ${trigger} has no versions. Expected ${trigger}=ARN`)
  const [, where] = FUNCTION_ARN.exec(arn) ?? []
  if (where === undefined) throw new UsageError(`${expected} the ARN of a function, such as ${SAMPLE_ARN}`)
  if (where !== region)
    throw new UsageError(
      `--function ${option}: the function is in ${where}, but the pool is in ${region}. Expected a function in ${region}`,
    )
  if (versions === undefined) return { trigger, arn }
  const found = versions.find((each) => each === version?.toUpperCase())
  if (version !== undefined && found === undefined) throw new UsageError(`${expected} a version of ${trigger}: ${versions.join(', ')}`)
  return { trigger, arn, version: found }
}

/** Parses `--kms-key`, which requires a custom sender. {@link explainMissingKey} checks if a sender needs it. */
function parseKeyOption(keys: readonly string[], functions: readonly WantedFunction[], region: string): string | undefined {
  const [key, another] = keys
  if (key === undefined) return undefined
  if (another !== undefined)
    throw new UsageError(`--kms-key ${another}: expected --kms-key once, because all senders of a pool share one key`)
  const [, where] = KEY_ARN.exec(key) ?? []
  if (where === undefined) throw new UsageError(`--kms-key ${key}: expected the ARN of a key, such as ${SAMPLE_KEY}`)
  // A multi-region key must be in the region of the pool too, because it has a different ARN in each region.
  if (where !== region)
    throw new UsageError(`--kms-key ${key}: the key is in ${where}, but the pool is in ${region}. Expected a key in ${region}`)
  if (functions.some(isSender)) return key
  throw new UsageError(`--kms-key ${key}: only custom senders use a key. Pass ${SENDERS.join(' or ')} with --function`)
}
