import { UsageError } from '../replay/usage-error.ts'
import { ATTACHABLE, type Attachable, type AttachPlan, attachPlan } from './attach-plan.ts'
import { type Described, type PoolService, poolService } from './attach-pool.ts'
import { permissionCommand, shownTriggers, updateCommand } from './attach-show.ts'
import { changedBy, updateOf } from './attach-update.ts'
import { ATTACH_HELP } from './attach-usage.ts'
import { troubleOf } from './effects-services.ts'
import { EXIT, type Io } from './io.ts'
import { parse } from './options.ts'
import { plain } from './table.ts'

// `eu-west-1_Example`: a region, and what follows is unique in it.
const POOL_ID = /^([a-z]{2}(?:-[a-z]+)+-\d+)_[0-9A-Za-z]+$/
const REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:[\w-]+(:[\w$-]+)?$/

interface Wanted {
  readonly userPoolId: string
  readonly region: string
  readonly functions: ReadonlyMap<Attachable, string>
  readonly dryRun: boolean
  readonly replace: boolean
}

/** `lifeguard attach`. */
export async function attachCommand(args: readonly string[], io: Io): Promise<number> {
  const wanted = wantedOf(args)
  if (wanted === 'help') {
    await io.out(`${ATTACH_HELP}\n`)
    return EXIT.fine
  }
  const service = poolService(wanted.region)
  let described: Described
  try {
    described = await service.describe(wanted.userPoolId, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return trouble(io, `The pool '${wanted.userPoolId}' cannot be read in ${wanted.region}: ${troubleOf(error)}`)
  }
  return attach(described, wanted, service, io)
}

async function attach({ pool, unknown }: Described, wanted: Wanted, service: PoolService, io: Io): Promise<number> {
  const { userPoolId, region, functions, dryRun, replace } = wanted
  const current = pool.LambdaConfig ?? {}
  const plan = attachPlan(current, functions)
  const update = updateOf(pool, plan.lambdaConfig)
  const lines = shownTriggers(current, plan, io.paint)
  await io.out(`${[plain(`${userPoolId} (${pool.Name})`), ...(lines.length === 0 ? ['  no trigger'] : lines)].join('\n')}\n`)
  if (plan.changes.length === 0) {
    await io.out(functions.size === 0 ? '' : '\nNothing to do: the pool has these functions\n')
    return EXIT.fine
  }

  const taken = replace ? [] : plan.replaced.map(({ trigger }) => trigger)
  if (taken.length > 0)
    return trouble(io, `Nothing is changed: ${taken.join(', ')} of the pool has another function; --replace takes its place`)
  if (unknown.length > 0) {
    const what = `The pool has settings that this version does not know, and an update would reset: ${unknown.join(', ')}`
    if (!dryRun) return trouble(io, `Nothing is changed. ${what}. --dry-run prints the update, to which they can be added by hand`)
    io.err(`lifeguard: ${plain(`${what}. Add them to the update`)}\n`)
  }
  if (dryRun) {
    await io.out(`\nNothing is changed. This would do it, with all else that the pool has:\n\n${updateCommand(update, region)}\n`)
    return permissions(plan, pool.Arn, region, io)
  }

  try {
    await service.update(update, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return trouble(io, `The pool '${userPoolId}' is not changed: ${troubleOf(error)}`)
  }
  return confirm({ pool, unknown }, plan, wanted, service, io)
}

/** Reads the pool again: what Cognito made of the update is what counts. */
async function confirm({ pool }: Described, plan: AttachPlan, wanted: Wanted, service: PoolService, io: Io): Promise<number> {
  const { userPoolId, region } = wanted
  try {
    const after = await service.describe(userPoolId, io.signal)
    const changed = changedBy(pool, after.pool, plan.lambdaConfig)
    if (changed.length > 0)
      return trouble(io, `Attached, but of the pool these are not what they were to be: ${changed.join(', ')}. Look at them`)
  } catch (error) {
    if (io.signal.aborted) throw error
    return trouble(io, `Attached, but whether all else is as it was cannot be told: ${troubleOf(error)}`)
  }
  await io.out('\nAttached; all other settings are as they were\n')
  return permissions(plan, pool.Arn, region, io)
}

async function permissions({ changes }: AttachPlan, poolArn: string | undefined, region: string, io: Io): Promise<number> {
  if (poolArn === undefined) return EXIT.fine
  const commands = changes.map(({ trigger, to }) => permissionCommand(trigger, to, poolArn, region))
  await io.out(
    `\nA function must let the pool call it. The stack of serverless.existing-pool.yml sees to that; others may need:\n\n${commands.join('\n')}\n`,
  )
  return EXIT.fine
}

function trouble(io: Io, text: string): number {
  io.err(`lifeguard: ${plain(text)}\n`)
  return EXIT.unexpected
}

function wantedOf(args: readonly string[]): Wanted | 'help' {
  const { values, positionals } = parse('attach', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      pool: { type: 'string' },
      function: { type: 'string', multiple: true },
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
  const functions = new Map<Attachable, string>()
  for (const option of values.function ?? []) {
    const [trigger, arn] = functionNamed(option, region)
    if (functions.has(trigger)) throw new UsageError(`--function ${option}: ${trigger} has one already`)
    functions.set(trigger, arn)
  }
  return { userPoolId, region, functions, dryRun: values['dry-run'] ?? false, replace: values.replace ?? false }
}

function functionNamed(option: string, region: string): readonly [Attachable, string] {
  const [word = '', arn = ''] = option.split(/=(.*)/s)
  const trigger = ATTACHABLE.find((each) => each.toLowerCase() === word.replaceAll(/[-_]/g, '').toLowerCase())
  if (trigger === undefined) throw new UsageError(`--function ${option}: expected TRIGGER=ARN with one of ${ATTACHABLE.join(', ')}`)
  const [, where] = FUNCTION_ARN.exec(arn) ?? []
  if (where === undefined) throw new UsageError(`--function ${option}: expected the ARN of a function, such as ${SAMPLE_ARN}`)
  if (where !== region) throw new UsageError(`--function ${option}: the function is in ${where}; a pool in ${region} calls none there`)
  return [trigger, arn]
}

const SAMPLE_ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:NAME'
