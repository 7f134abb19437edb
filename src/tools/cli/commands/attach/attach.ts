import type { UserPoolType } from '@aws-sdk/client-cognito-identity-provider'
import { EXIT, type Io } from '../../io.ts'
import { describeAwsError } from '../../print-error.ts'
import { parseArguments, type Wanted } from './options.ts'
import { type AttachPlan, createAttachPlan, describeConflicts, explainMissingKey, explainTierLimit } from './plan.ts'
import { type Described, type PoolService, poolService } from './pool.ts'
import { sendUpdate, type UpdateResult } from './send.ts'
import { describeSenderNeeds, formatPermissionCommand, formatTriggers, formatUpdateCommand } from './show.ts'
import { isSender } from './triggers.ts'
import { createUpdate } from './update.ts'
import { ATTACH_HELP } from './usage.ts'

/** Runs `lifeguard attach` and returns its exit code. */
export async function runAttach(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args)
  if (wanted === 'help') {
    await io.out(ATTACH_HELP)
    return EXIT.fine
  }
  const service = poolService(wanted.region)
  let described: Described
  try {
    described = await service.describe(wanted.userPoolId, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return reportError(io, `Cannot read the pool '${wanted.userPoolId}' in ${wanted.region}: ${describeAwsError(error)}`)
  }
  return attach(described, wanted, service, io)
}

async function attach({ pool, unknown }: Described, wanted: Wanted, service: PoolService, io: Io): Promise<number> {
  const { userPoolId, region, functions, dryRun, replace } = wanted
  const current = pool.LambdaConfig ?? {}
  const plan = createAttachPlan(current, wanted)
  const lines = formatTriggers(current, plan)
  await io.out([`${userPoolId} (${pool.Name})`, ...(lines.length === 0 ? ['  no triggers'] : lines)])
  if (plan.changes.length === 0) {
    if (functions.length > 0) await io.out(['', 'Nothing to do: these functions are already attached'])
    await printNeeds(wanted, pool, plan, io)
    return EXIT.fine
  }

  const unavailable = explainMissingKey(wanted, plan) ?? explainTierLimit(pool, plan)
  if (unavailable !== undefined) return reportError(io, `Nothing was changed: ${unavailable}`, EXIT.usage)
  const taken = replace ? [] : describeConflicts(plan)
  if (taken.length > 0) return reportError(io, `Nothing was changed: ${taken.join(', ')}. To replace, add --replace`)
  if (unknown.length > 0) {
    const what = `The pool has settings that this version of Lifeguard does not support, and an update would reset them: ${unknown.join(', ')}`
    if (!dryRun) return reportError(io, `Nothing was changed. ${what}. Run with --dry-run, and add them to the printed update by hand`)
    io.err([`lifeguard: ${what}. Add them to the printed update`])
  }
  const update = createUpdate(pool, plan.lambdaConfig)
  if (dryRun) {
    await io.out([
      '',
      'Nothing was changed. This command makes the change, and keeps all other settings:',
      '',
      ...formatUpdateCommand(update, region),
    ])
    await printNeeds(wanted, pool, plan, io)
    return EXIT.fine
  }
  const updateResult = await sendUpdate(service, pool, { ...update, LambdaConfig: plan.lambdaConfig }, io.signal)
  const code = await reportUpdateResult(updateResult, wanted, io)
  if (updateResult.state !== 'refused') await printNeeds(wanted, pool, plan, io)
  return code
}

/** Prints the result of the update, and the next step if the result is unknown. */
async function reportUpdateResult(updateResult: UpdateResult, { userPoolId, region, home }: Wanted, io: Io): Promise<number> {
  const look = `lifeguard attach --pool ${userPoolId}${region === home ? '' : ` --region ${region}`}`
  if (updateResult.state === 'refused') return reportError(io, `The pool '${userPoolId}' was not changed: ${updateResult.trouble}`)
  const { state, lost } = updateResult
  const sent = `The update was sent, but its result is unknown: ${io.signal.aborted ? 'the command was interrupted' : lost}`
  // Running the command again is safe, because it attaches only missing functions.
  const again = 'Then run the same command again. It changes only what is still missing'
  if (state === 'asBefore')
    return reportError(io, `${sent}. The pool is unchanged, but the update may still arrive. Check in a minute: ${look}. ${again}`)
  if (state === 'unread') {
    if (lost !== undefined) return reportError(io, `${sent}. The pool may be changed or not. Check it: ${look}. ${again}`)
    const why = io.signal.aborted ? 'the command was interrupted' : updateResult.trouble
    return reportError(io, `Attached, but the other settings could not be checked: ${why}. Check the pool's settings and run: ${look}`)
  }
  if (state === 'differs') {
    const what = `these settings of the pool are not as expected: ${updateResult.settings.join(', ')}. Check them`
    return reportError(io, lost === undefined ? `Attached, but ${what}` : `${sent}. The pool was read again, and ${what}`)
  }
  if (lost !== undefined) io.err([`lifeguard: ${sent}. The pool was read again, and the functions are attached`])
  await io.out(['', 'Attached. All other settings are unchanged'])
  return EXIT.fine
}

/**
 * Prints the needed permissions to call the functions and to decrypt codes, because the pool's settings do not show if they exist.
 * Prints them even for attached functions, because an interrupted earlier run may not have printed them.
 */
async function printNeeds({ functions, region }: Wanted, pool: UserPoolType, plan: AttachPlan, io: Io): Promise<void> {
  const { Arn } = pool
  if (Arn !== undefined && functions.length > 0) {
    const commands = functions.flatMap(({ trigger, arn }) => formatPermissionCommand(trigger, arn, Arn, region))
    const need = 'The pool needs permission to call each function. serverless.existing-pool.yml grants it. For other functions, run:'
    await io.out(['', need, '', ...commands])
  }
  const key = functions.some(isSender) ? plan.lambdaConfig.KMSKeyID : undefined
  if (key !== undefined) await io.out(['', ...describeSenderNeeds(plan.lambdaConfig, key)])
}

function reportError(io: Io, text: string, code: number = EXIT.unexpected): number {
  io.err([`lifeguard: ${text}`])
  return code
}
