import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../../../../shared/lazily.ts'
import { dynamoEffects, type Effects } from '../../../../shared/ledger/dynamo-effects.ts'
import { dynamoPendingEffects, type PendingEffects } from '../../../../shared/ledger/dynamo-ledger.ts'
import { effectPk } from '../../../../shared/ledger/effect-item.ts'
import type { Delivery, EffectKey } from '../../../../shared/rules/once.ts'
import { UsageError } from '../../../lib/errors.ts'
import { STDIN } from '../../../lib/event-files.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { describeAwsError } from '../../print-error.ts'
import { describeUnknownCommand } from '../../suggest.ts'
import { listEffects, type OpenState, STATES } from './list.ts'
import { recoverEffects } from './recover.ts'
import { dropEffect, forceDrop, retryAllFailed, retryEffect } from './settle.ts'
import { EFFECTS_HELP } from './usage.ts'

// The maximum length of each of POOL, SUB and EFFECT, in characters. The partition key contains all three, and DynamoDB limits it to
// 2048 bytes.
const LONGEST_PART = 200

/** The parts of the ledger that the commands use. */
export interface EffectsServices {
  readonly effects: Effects
  readonly pendingEffects: PendingEffects
}

type Work = (services: EffectsServices, io: Io) => Promise<number>

const DELIVERIES = ['at-most-once', 'at-least-once'] as const satisfies readonly Delivery[]
const COMMANDS = ['list', 'retry', 'drop', 'recover'] as const

/** Runs `lifeguard effects` and returns its exit code. */
export async function runEffects(args: readonly string[], io: Io): Promise<number> {
  const wanted = await parseArguments(args, io)
  if (wanted === 'help') {
    await io.out(EFFECTS_HELP)
    return EXIT.fine
  }
  try {
    return await wanted.work(effectsServices(wanted.table), io)
  } catch (error) {
    if (error instanceof UsageError || io.signal.aborted) throw error
    io.err([`lifeguard: Cannot use the table '${wanted.table}': ${describeAwsError(error)}`])
    return EXIT.unexpected
  }
}

// Time limits for DynamoDB. Longer than in Lambda, because a user of the command line can wait and may have a slow connection.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/** Opens the ledger on AWS. The SDK reads credentials, region and endpoints from the environment. */
function effectsServices(table: string): EffectsServices {
  const documents = lazily(() =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), { marshallOptions: { removeUndefinedValues: true } }),
  )
  return { effects: dynamoEffects({ documents, table }), pendingEffects: dynamoPendingEffects({ documents, table }) }
}

async function parseArguments(args: readonly string[], io: Io): Promise<{ readonly table: string; readonly work: Work } | 'help'> {
  const { values, positionals } = parseOptions('effects', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      table: { type: 'string' },
      state: { type: 'string' },
      json: { type: 'boolean' },
      'all-failed': { type: 'boolean' },
      'even-unknown': { type: 'boolean' },
      delivery: { type: 'string' },
      force: { type: 'boolean' },
    },
  })
  if (values.help) return 'help'
  const [name = '', ...rest] = positionals
  const command = COMMANDS.find((each) => each === name)
  if (command === undefined) {
    throw new UsageError(describeUnknownCommand('effects', name, COMMANDS))
  }
  for (const [option, owner] of Object.entries(OWNERS)) {
    if (Reflect.get(values, option) !== undefined && owner !== command)
      throw new UsageError(`--${option} works only with 'effects ${owner}'`)
  }
  const work = await parseWork(command, rest, values, io)
  const table = values.table ?? io.environment.EFFECT_TABLE
  if (!table) throw new UsageError('Missing table of effects. Pass --table NAME, or set EFFECT_TABLE in the environment')
  return { table, work }
}

const OWNERS = { state: 'list', json: 'list', 'all-failed': 'retry', 'even-unknown': 'retry', delivery: 'recover', force: 'drop' } as const

interface Values {
  readonly state?: string | undefined
  readonly json?: boolean | undefined
  readonly 'all-failed'?: boolean | undefined
  readonly 'even-unknown'?: boolean | undefined
  readonly delivery?: string | undefined
  readonly force?: boolean | undefined
}

async function parseWork(command: (typeof COMMANDS)[number], rest: readonly string[], values: Values, io: Io): Promise<Work> {
  switch (command) {
    case 'list': {
      if (rest.length > 0) throw new UsageError(`Unexpected argument '${rest[0]}'. Expected: lifeguard effects list`)
      const states = parseStates(values.state)
      return async (services) => {
        await listEffects(services, states, values.json ?? false, io)
        return EXIT.fine
      }
    }
    case 'retry': {
      if (values['all-failed'] !== true) {
        const key = parseEffectKey(command, rest)
        return (services) => retryEffect(services, key, values['even-unknown'] ?? false, io)
      }
      if (values['even-unknown'])
        throw new UsageError('--even-unknown works only with one effect, because you must decide for each effect whether it may run twice')
      if (rest.length > 0) throw new UsageError(`Unexpected argument '${rest[0]}'. Expected one effect or --all-failed, not both`)
      return (services) => retryAllFailed(services, io)
    }
    case 'drop': {
      const [pk] = rest
      if (values.force === true && pk !== undefined && rest.length === 1) return (services) => forceDrop(services, pk, io)
      const key = parseEffectKey(command, rest)
      if (values.force === true) return (services) => forceDrop(services, effectPk(key), io)
      return (services) => dropEffect(services, key, io)
    }
    case 'recover': {
      const delivery = parseDelivery(values.delivery)
      const chunks = await createInputReader(rest, io)
      return (services) => recoverEffects(services, chunks(), delivery, io)
    }
  }
}

function parseEffectKey(command: string, [userPoolId, sub, effect, more]: readonly string[]): EffectKey {
  if (!userPoolId || !sub || !effect) throw new UsageError(`Missing effect. Expected: lifeguard effects ${command} POOL SUB EFFECT`)
  if (more !== undefined)
    throw new UsageError(`Unexpected argument '${more}'. Expected one effect: lifeguard effects ${command} POOL SUB EFFECT`)
  for (const each of [userPoolId, sub, effect]) {
    if (each.length > LONGEST_PART)
      throw new UsageError(`'${each.slice(0, LONGEST_PART)}...' is too long. POOL, SUB and EFFECT have at most ${LONGEST_PART} characters`)
  }
  return { userPoolId, sub, effect }
}

function parseStates(value: string | undefined): readonly OpenState[] {
  const states = STATES.filter((each) => value === undefined || each === value)
  if (states.length === 0) throw new UsageError(`--state ${value}: expected one of ${STATES.join(', ')}`)
  return states
}

function parseDelivery(value: string = 'at-most-once'): Delivery {
  const delivery = DELIVERIES.find((each) => each === value)
  if (delivery === undefined) throw new UsageError(`--delivery ${value}: expected one of ${DELIVERIES.join(', ')}`)
  return delivery
}

async function createInputReader([file = STDIN, more]: readonly string[], io: Io): Promise<() => AsyncIterable<string>> {
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one file: lifeguard effects recover FILE`)
  if (file === STDIN) return io.input
  const found = await stat(file).catch(() => undefined)
  if (found === undefined || found.isDirectory()) throw new UsageError(`${file}: ${found ? 'is a folder, not a file' : 'no such file'}`)
  return () => createReadStream(file, 'utf8')
}
