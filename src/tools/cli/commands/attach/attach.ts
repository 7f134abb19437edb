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

/** `lifeguard attach`. */
export async function runAttach(args: readonly string[], io: Io): Promise<number> {
  const wanted = parseArguments(args)
  if (wanted === 'help') {
    await io.out(ATTACH_HELP.split('\n'))
    return EXIT.fine
  }
  const service = poolService(wanted.region)
  let described: Described
  try {
    described = await service.describe(wanted.userPoolId, io.signal)
  } catch (error) {
    if (io.signal.aborted) throw error
    return reportError(io, `The pool '${wanted.userPoolId}' cannot be read in ${wanted.region}: ${describeAwsError(error)}`)
  }
  return attach(described, wanted, service, io)
}

async function attach({ pool, unknown }: Described, wanted: Wanted, service: PoolService, io: Io): Promise<number> {
  const { userPoolId, region, functions, dryRun, replace } = wanted
  const current = pool.LambdaConfig ?? {}
  const plan = createAttachPlan(current, wanted)
  const lines = formatTriggers(current, plan)
  await io.out([`${userPoolId} (${pool.Name})`, ...(lines.length === 0 ? ['  no trigger'] : lines)])
  if (plan.changes.length === 0) {
    if (functions.length > 0) await io.out(['', 'Nothing to do: the pool has these functions'])
    await printNeeds(wanted, pool, plan, io)
    return EXIT.fine
  }

  const unavailable = explainMissingKey(wanted, plan) ?? explainTierLimit(pool, plan)
  if (unavailable !== undefined) return reportError(io, `Nothing is changed: ${unavailable}`, EXIT.usage)
  const taken = replace ? [] : describeConflicts(plan)
  if (taken.length > 0) return reportError(io, `Nothing is changed: ${taken.join(', ')}; --replace takes its place`)
  if (unknown.length > 0) {
    const what = `The pool has settings that this version does not know, and an update would reset: ${unknown.join(', ')}`
    if (!dryRun) return reportError(io, `Nothing is changed. ${what}. --dry-run prints the update, to which they can be added by hand`)
    io.err([`lifeguard: ${what}. Add them to the update`])
  }
  const update = createUpdate(pool, plan.lambdaConfig)
  if (dryRun) {
    await io.out(['', 'Nothing is changed. This would do it, with all else that the pool has:', '', ...formatUpdateCommand(update, region)])
    await printNeeds(wanted, pool, plan, io)
    return EXIT.fine
  }
  const updateResult = await sendUpdate(service, pool, { ...update, LambdaConfig: plan.lambdaConfig }, io.signal)
  const code = await reportUpdateResult(updateResult, wanted, io)
  if (updateResult.state !== 'refused') await printNeeds(wanted, pool, plan, io)
  return code
}

/** Says what is known, and where it is not all what to do. */
async function reportUpdateResult(updateResult: UpdateResult, { userPoolId, region, home }: Wanted, io: Io): Promise<number> {
  const look = `lifeguard attach --pool ${userPoolId}${region === home ? '' : ` --region ${region}`}`
  if (updateResult.state === 'refused') return reportError(io, `The pool '${userPoolId}' is not changed: ${updateResult.trouble}`)
  const { state, lost } = updateResult
  const sent = `The update was sent, and Cognito did not say what came of it: ${io.signal.aborted ? 'the command was interrupted' : lost}`
  // It attaches what is not attached and leaves the rest alone, so it can do no harm.
  const again = 'Then give the same command again: it does nothing where it is done'
  if (state === 'asBefore')
    return reportError(io, `${sent}. The pool is as it was, but the update may arrive yet. Look in a minute: ${look}. ${again}`)
  if (state === 'unread') {
    if (lost !== undefined) return reportError(io, `${sent}. Whether the pool is changed is not known. See: ${look}. ${again}`)
    const why = io.signal.aborted ? 'the command was interrupted' : updateResult.trouble
    return reportError(io, `Attached, but whether all else is as it was cannot be told: ${why}. See: ${look} and the pool's settings`)
  }
  if (state === 'differs') {
    const what = `of the pool these are not what they were to be: ${updateResult.settings.join(', ')}. Look at them`
    return reportError(io, lost === undefined ? `Attached, but ${what}` : `${sent}. It was read again: ${what}`)
  }
  if (lost !== undefined) io.err([`lifeguard: ${sent}. The pool was read again, and has what it was to have`])
  await io.out(['', 'Attached; all other settings are as they were'])
  return EXIT.fine
}

/**
 * What the pool cannot say: whether the functions may be called, and may decrypt. Told of those that are attached already too,
 * since somebody may ask again after a run that was cut off.
 */
async function printNeeds({ functions, region }: Wanted, pool: UserPoolType, plan: AttachPlan, io: Io): Promise<void> {
  const { Arn } = pool
  if (Arn !== undefined && functions.length > 0) {
    const commands = functions.flatMap(({ trigger, arn }) => formatPermissionCommand(trigger, arn, Arn, region))
    const need = 'A function must let the pool call it. The stack of serverless.existing-pool.yml sees to that; others may need:'
    await io.out(['', need, '', ...commands])
  }
  const key = functions.some(isSender) ? plan.lambdaConfig.KMSKeyID : undefined
  if (key !== undefined) await io.out(['', ...describeSenderNeeds(plan.lambdaConfig, key)])
}

function reportError(io: Io, text: string, code: number = EXIT.unexpected): number {
  io.err([`lifeguard: ${text}`])
  return code
}
