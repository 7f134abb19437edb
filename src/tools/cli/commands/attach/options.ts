import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { UsageError } from '../../../lib/errors.ts'
import { parseOptions } from '../../options.ts'
import type { Wish } from './plan.ts'
import { isSender, SENDERS, type WantedFunction } from './triggers.ts'

// `eu-west-1_Example`: a region, and what follows is unique in it. The European Sovereign Cloud begins with more than two letters.
const POOL_ID = /^([a-z]{2,4}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$/
const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d+$/
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:[\w-]+(:[\w$-]+)?$/
// A bare id or an alias is no ARN of a key, which is what Cognito takes.
const KEY_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]+$/

const SAMPLE_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:NAME'
const SAMPLE_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/ID'

/** What lifeguard attach was asked for. */
export interface Wanted extends Wish {
  readonly userPoolId: string
  readonly region: string
  /** The region that the pool's id names. */
  readonly home: string
  readonly dryRun: boolean
  readonly replace: boolean
}

/**
 * Reads the command line, and refuses what could not be attached to any pool.
 *
 * @throws UsageError that names the option and what is expected of it.
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
  if (positionals[0] !== undefined) throw new UsageError(`attach takes no '${positionals[0]}'; lifeguard attach --help tells more`)
  const userPoolId = values.pool
  if (!userPoolId) throw new UsageError('Say which pool: lifeguard attach --pool ID')
  const [, home] = POOL_ID.exec(userPoolId) ?? []
  if (home === undefined) throw new UsageError(`--pool ${userPoolId}: expected the id of a user pool, such as eu-west-1_Example`)
  const region = values.region ?? home
  if (!REGION.test(region)) throw new UsageError(`--region ${region}: expected a region, such as eu-west-1`)
  const functions: WantedFunction[] = []
  for (const option of values.function ?? []) {
    const wanted = parseFunctionOption(option, region)
    if (functions.some(({ trigger }) => trigger === wanted.trigger))
      throw new UsageError(`--function ${option}: ${wanted.trigger} has one already`)
    functions.push(wanted)
  }
  const kmsKey = parseKeyOption(values['kms-key'] ?? [], functions, region)
  return { userPoolId, region, home, functions, kmsKey, dryRun: values['dry-run'] ?? false, replace: values.replace ?? false }
}

/**
 * Reads `TRIGGER=ARN` or `TRIGGER@VERSION=ARN`.
 *
 * @throws UsageError when it is neither, or a trigger has no such version, or the function is in another region.
 * @example
 * parseFunctionOption(`custom-email-sender=${arn}`, 'eu-west-1') // { trigger: 'CustomEmailSender', version: undefined, arn }
 */
export function parseFunctionOption(option: string, region: string): WantedFunction {
  const [name = '', arn = ''] = option.split(/=(.*)/s)
  const [word = '', version] = name.split(/@(.*)/s)
  const named = word.replaceAll(/[-_]/g, '').toLowerCase()
  const expected = `--function ${option}: expected`
  if (named === 'pretokengenerationconfig')
    throw new UsageError(`${expected} PreTokenGeneration@VERSION=ARN, which is what sets PreTokenGenerationConfig`)
  const trigger = TRIGGER_NAMES.find((each) => each.toLowerCase() === named)
  if (trigger === undefined) throw new UsageError(`${expected} TRIGGER=ARN with one of ${TRIGGER_NAMES.join(', ')}`)
  const versions = triggerFacts(trigger).lambdaVersions
  if (versions === undefined && version !== undefined) throw new UsageError(`--function ${option}: ${trigger} has no versions`)
  const [, where] = FUNCTION_ARN.exec(arn) ?? []
  if (where === undefined) throw new UsageError(`${expected} the ARN of a function, such as ${SAMPLE_ARN}`)
  if (where !== region) throw new UsageError(`--function ${option}: the function is in ${where}; a pool in ${region} calls none there`)
  if (versions === undefined) return { trigger, arn }
  const found = versions.find((each) => each === version?.toUpperCase())
  if (version !== undefined && found === undefined)
    throw new UsageError(`${expected} a version that ${trigger} has: ${versions.join(', ')}`)
  return { trigger, arn, version: found }
}

/** The pool's one key. It is named with a custom sender only; whether that needs it depends on what the pool has. */
function parseKeyOption(keys: readonly string[], functions: readonly WantedFunction[], region: string): string | undefined {
  const [key, another] = keys
  if (key === undefined) return undefined
  if (another !== undefined) throw new UsageError(`--kms-key ${another}: a pool has one key for all its senders`)
  const [, where] = KEY_ARN.exec(key) ?? []
  if (where === undefined) throw new UsageError(`--kms-key ${key}: expected the ARN of a key, such as ${SAMPLE_KEY}`)
  // A replica of a key that several regions share has an ARN of its own in each of them.
  if (where !== region) throw new UsageError(`--kms-key ${key}: the key is in ${where}; a pool in ${region} uses none there`)
  if (functions.some(isSender)) return key
  throw new UsageError(`--kms-key ${key}: only custom senders use a key; name ${SENDERS.join(' or ')} with --function`)
}
