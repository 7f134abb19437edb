import { randomUUID } from 'node:crypto'
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { effectPk } from '../../../../../src/shared/ledger/effect-item.ts'
import { createFolder, lifeguard, parseNdjson, spawnLifeguard } from '../../../../support/cli/lifeguard.ts'
import { allDue, erase } from '../../../../support/effects.ts'
import { stubEnvironment } from '../../../../support/environment.ts'
import { ann, postConfirmationEvent } from '../../../../support/events.ts'
import { dueRow } from '../../../../support/hand-edited-rows.ts'
import { startWorld, type World } from '../../../../support/sweeper-world.ts'

const signal = new AbortController().signal
const EDITED = { userPoolId: String(dueRow.userPoolId), sub: String(dueRow.sub), effect: String(dueRow.effect) }
const KEY = [ann.userPoolId, ann.sub, 'send-welcome-email'] as const
const mail = { WELCOME_EMAIL_FROM: 'welcome@example.com', WELCOME_APP_NAME: 'Example', WELCOME_APP_URL: 'https://app.example.com' }
const lost = (sub: string, more: object = {}) => ({
  level: 'ERROR',
  message: 'effect lost',
  userPoolId: ann.userPoolId,
  sub,
  effect: KEY[2],
  token: `token-of-${sub}`,
  ...more,
})

let world: World
let env: Record<string, string>

beforeAll(async () => {
  world = await startWorld()
  env = { ...world.services.environment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: world.cognito.endpoint }
})
afterAll(() => world.stop())
afterEach(async () => {
  for (const item of await world.open()) await erase(world.documents, 'effects', item)
  await erase(world.documents, 'effects', world.welcome())
  world.cognito.fault(undefined)
  world.services.ses.clear()
})

const effects = (args: readonly string[], stdin = '') => lifeguard(['effects', ...args], { env, stdin })

/** Creates three effects: one failed, one unknown and one pending. */
async function oneOfEach(): Promise<void> {
  for (const state of ['failed', 'unknown'] as const) {
    const effect = { ...world.welcome(), effect: `be-${state}` }
    await world.pendingEffects.enqueue(effect, signal)
    const [item] = await allDue(world.effects, new Date())
    if (item !== undefined) await world.effects.giveUp(item, state, 'Throttling', signal)
  }
  await world.pendingEffects.enqueue(world.welcome(), signal)
}

describe('lifeguard effects list', () => {
  it('lists effects that are not done, without user attributes', async () => {
    await oneOfEach()
    const { code, stdout, stderr } = await effects(['list'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^${KEY.join(' ')}\n {4}pending after 0 attempts, due 20`))
    expect(stdout).toContain(`${ann.userPoolId} ${ann.sub} be-unknown\n    unknown after 0 attempts: Throttling\n`)
    expect(stdout).toContain(`${ann.userPoolId} ${ann.sub} be-failed\n    failed after 0 attempts: Throttling\n`)
    expect(stdout).toMatch(/\n\n3 effects: 1 pending, 1 unknown, 1 failed\n$/)
    expect(stdout).not.toContain('@')
  })

  it('prints the time until which an effect is claimed', async () => {
    await world.ledger.claim(world.welcome(), randomUUID(), signal)
    expect((await effects(['list'])).stdout).toContain('    pending after 1 attempt, claimed until 20')
  })

  it('lists the effects in one state as JSON', async () => {
    await oneOfEach()
    const { code, stdout } = await effects(['list', '--state', 'failed', '--json'])
    expect(code).toBe(0)
    expect(parseNdjson(stdout)).toEqual([
      {
        userPoolId: ann.userPoolId,
        sub: ann.sub,
        effect: 'be-failed',
        state: 'failed',
        attempt: 0,
        reason: 'Throttling',
        dueAt: expect.stringMatching(/^20.*Z$/),
        delivery: 'at-most-once',
      },
    ])
  })

  it('reports that all effects are done', async () => {
    expect(await effects(['list'])).toEqual({ code: 0, stdout: 'No effects in state pending, unknown, failed\n', stderr: '' })
    expect(await effects(['list', '--json'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('lifeguard effects retry', () => {
  it('sets a failed effect to pending, so that the sweeper retries it', async () => {
    await oneOfEach()
    const { code, stdout } = await effects(['retry', ann.userPoolId, ann.sub, 'be-failed'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ann.userPoolId} ${ann.sub} be-failed is due now. The sweeper will run it\n` })
    expect(await world.open()).toContainEqual(expect.objectContaining({ effect: 'be-failed', state: 'pending', attempt: 0 }))
  })

  it('sets all failed effects to pending with --all-failed', async () => {
    await oneOfEach()
    expect(await effects(['retry', '--all-failed'])).toMatchObject({ code: 0, stdout: '1 effect due now. The sweeper will run it\n' })
    expect(await effects(['retry', '--all-failed'])).toMatchObject({ code: 0, stdout: '0 effects due now\n' })
    expect((await world.open()).map(({ state }) => state).toSorted()).toEqual(['pending', 'pending', 'unknown'])
  })

  it('sets an unknown effect to pending with --even-unknown', async () => {
    await oneOfEach()
    expect(await effects(['retry', ann.userPoolId, ann.sub, 'be-unknown', '--even-unknown'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.open()).toContainEqual(expect.objectContaining({ effect: 'be-unknown', state: 'pending' }))
  })

  it.each([
    [
      'be-unknown',
      'expected a failed effect, but this one is unknown after 0 attempts: Throttling. The effect may have run already. To run it again, add --even-unknown',
    ],
    ['send-welcome-email', 'expected a failed effect, but this one is pending after 0 attempts, due 20'],
    ['no-such-effect', 'the effect does not exist'],
  ])('prints why the effect %s cannot be retried', async (effect, why) => {
    await oneOfEach()
    const { code, stdout, stderr } = await effects(['retry', ann.userPoolId, ann.sub, effect])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`lifeguard: Cannot retry ${ann.userPoolId} ${ann.sub} ${effect}: ${why}`)
  })
})

describe('lifeguard effects drop', () => {
  it('deletes an effect that is not done', async () => {
    await oneOfEach()
    const { code, stdout } = await effects(['drop', ann.userPoolId, ann.sub, 'be-unknown'])
    expect(code).toBe(0)
    expect(stdout).toBe(`Dropped ${ann.userPoolId} ${ann.sub} be-unknown. It was unknown after 0 attempts: Throttling\n`)
    expect((await world.open()).map(({ effect }) => effect)).toEqual(['send-welcome-email', 'be-failed'])
  })

  it('does not delete a claimed effect, and prints when its claim ends', async () => {
    await world.ledger.claim(world.welcome(), randomUUID(), signal)
    const { code, stderr } = await effects(['drop', ...KEY])
    expect(code).toBe(1)
    expect(stderr).toMatch(/Cannot drop .*: a trigger or the sweeper is running the effect, or has just changed it\. Try again after 20.*Z/)
  })

  it('does not delete an effect that is done, because it would run again', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    await world.sweep()
    expect(await effects(['drop', ...KEY])).toEqual({
      code: 1,
      stdout: '',
      stderr: `lifeguard: Cannot drop ${KEY.join(' ')}: the effect is already done\n`,
    })
    expect(await world.pendingEffects.enqueue(world.welcome(), signal)).toBe(false)
  })
})

describe('lifeguard effects with rows that were edited by hand', () => {
  /** Writes two unreadable rows, one of them with an invalid key. */
  const edit = async (): Promise<void> => {
    await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, attempt: 'x' } }))
    await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, pk: 'x\u001b[2J' } }))
  }
  afterEach(async () => {
    for (const pk of [dueRow.pk, 'x\u001b[2J']) await world.documents.send(new DeleteCommand({ TableName: 'effects', Key: { pk } }))
  })

  it('lists each unreadable row with its key and what is wrong with it', async () => {
    await edit()
    const { code, stdout } = await effects(['list'])
    expect(code).toBe(0)
    expect(stdout).toContain(`${dueRow.pk}\n    pending: unreadable-attempt; delete it with effects drop --force\n`)
    expect(stdout).not.toContain('\u001b[2J')
    expect(stdout).toContain('2 effects: 2 pending')
    expect(parseNdjson((await effects(['list', '--json'])).stdout)).toContainEqual({
      key: dueRow.pk,
      state: 'pending',
      reason: 'unreadable-attempt',
      dueAt: dueRow.dueAt,
    })
  })

  it('does not drop an unreadable row without --force', async () => {
    await edit()
    const { code, stdout, stderr } = await effects(['drop', EDITED.userPoolId, EDITED.sub, EDITED.effect])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `lifeguard: Cannot drop ${EDITED.userPoolId} ${EDITED.sub} ${EDITED.effect}: the row is unreadable (unreadable-attempt). Check it in the table, then delete it with --force\n`,
    )
  })

  it.each([
    ['POOL, SUB and EFFECT', [EDITED.userPoolId, EDITED.sub, EDITED.effect]],
    ['the key', [effectPk(EDITED)]],
  ])('drops an unreadable row with --force if the arguments are %s', async (_, args) => {
    await edit()
    expect(await effects(['drop', ...args, '--force'])).toEqual({
      code: 0,
      stdout: `Deleted ${dueRow.pk}. It was pending: unreadable-attempt\n`,
      stderr: '',
    })
    expect(await world.effects.get(effectPk(EDITED), signal)).toBeUndefined()
  })

  it('drops a row that has an invalid key with --force', async () => {
    await edit()
    expect(await effects(['drop', 'x\u001b[2J', '--force'])).toMatchObject({ code: 0, stderr: '' })
    expect((await world.rows()).map((row) => 'pk' in row && row.pk)).toEqual([dueRow.pk])
  })

  it('drops an unreadable row with --force, even after the sweeper has set the row to unknown', async () => {
    await edit()
    await world.sweep()
    expect((await effects(['list', '--state', 'unknown'])).stdout).toContain('unknown: unreadable-attempt')
    expect((await effects(['drop', effectPk(EDITED), '--force'])).code).toBe(0)
  })

  it.each([
    ['the row is done', { state: 'done', attempt: 'x' }, 'the effect is already done'],
    ['the row is readable', {}, `the row is readable. Drop it without --force: effects drop ${Object.values(EDITED).join(' ')}`],
    ['the row does not exist', undefined, 'the row does not exist'],
  ])('does not drop a row with --force if %s', async (_, change, why) => {
    if (change !== undefined) await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, ...change } }))
    expect(await effects(['drop', effectPk(EDITED), '--force'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `lifeguard: Cannot drop ${dueRow.pk}: ${why}\n`,
    })
  })

  it('skips unreadable rows in retry --all-failed', async () => {
    await world.documents.send(
      new PutCommand({ TableName: 'effects', Item: { ...dueRow, state: 'failed', queue: 'failed', attempt: 'x' } }),
    )
    expect((await effects(['retry', '--all-failed'])).stdout).toBe('0 effects due now\n')
  })
})

describe('lifeguard effects recover', () => {
  it('adds a lost effect from the log to the ledger, but only once if the command runs twice', async () => {
    stubEnvironment({ ...env, ...mail, AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' })
    const { handler } = await import('../../../../../src/post-confirmation/handler.ts')
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await handler(postConfirmationEvent())
    const log = written.mock.calls.map(([line]) => String(line)).join('')
    written.mockRestore()
    vi.unstubAllEnvs()
    expect(world.services.ses.inbox()).toEqual([])

    expect(await effects(['recover'], log)).toEqual({
      code: 0,
      stdout: '1 effect lost: 1 added to the ledger, 0 already there\n',
      stderr: '',
    })
    expect(await world.open()).toMatchObject([{ state: 'pending', event: undefined }])
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect((await effects(['recover', '-'], log)).stdout).toContain('0 added to the ledger, 1 already there')
    expect((await world.sweep()).swept).toEqual({})
    expect(world.services.ses.inbox()).toMatchObject([{ to: [ann.email] }])
  })

  it('releases the claim of a lost effect, even if the sweeper has set the effect to unknown', async () => {
    await world.ledger.claim(world.welcome(), `token-of-${ann.sub}`, signal)
    world.wait(10_000)
    expect((await world.sweep()).swept).toEqual({ unknown: 1 })
    const { code, stdout } = await effects(['recover'], `${JSON.stringify(lost(ann.sub))}\n`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 effect lost: 0 added to the ledger, 1 claim released, 0 already there\n' })
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(world.services.ses.inbox()).toHaveLength(1)
  })

  it('adds a lost effect with the trigger source and the app client from its log line', async () => {
    const lines = [
      lost('with', { triggerSource: 'PostConfirmation_X', appClient: 'web' }),
      lost('without', { triggerSource: 7, appClient: '' }),
    ]
    expect((await effects(['recover'], lines.map((line) => JSON.stringify(line)).join('\n'))).code).toBe(0)
    expect((await world.open()).map(({ sub, triggerSource, appClient }) => [sub, triggerSource, appClient]).toSorted()).toEqual([
      ['with', 'PostConfirmation_X', 'web'],
      ['without', undefined, undefined],
    ])
  })

  it('reads the log from a file, and adds an effect once if two lines of the log contain it', async () => {
    const lines = [lost(ann.sub), { timestamp: 1, ingestionTime: 2, message: JSON.stringify(lost(ann.sub)) }, lost('another-user')].map(
      (line) => JSON.stringify(line),
    )
    const folder = await createFolder({ 'log.ndjson': `${lines.join('\n')}\n` })
    const { code, stdout, stderr } = await effects(['recover', `${folder}/log.ndjson`, '--delivery', 'at-least-once'])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '2 effects lost: 2 added to the ledger, 0 already there\n',
      stderr: '',
    })
    expect((await world.open()).map(({ sub, delivery }) => [sub, delivery]).toSorted()).toEqual(
      [
        [ann.sub, 'at-least-once'],
        ['another-user', 'at-least-once'],
      ].toSorted(),
    )
  })

  it('reports each effect or line that cannot be recovered, and recovers the others', async () => {
    // DynamoDB rejects a key of 3000 characters, so the first effect cannot be recovered.
    const log = [lost('x'.repeat(3000)), lost(''), lost(ann.sub)].map((line) => JSON.stringify(line)).join('\n')
    const { code, stdout, stderr } = await effects(['recover'], log)
    expect(code).toBe(1)
    expect(stdout).toContain('2 effects lost: 1 added to the ledger, 0 already there, 1 not recovered, 1 unreadable line')
    expect(stderr).toContain('ValidationException')
    expect(stderr).toContain("line 2: contains 'effect lost', but is not a complete log line of a handler")
  })

  it('ignores text of a user that looks like the log line of a lost effect', async () => {
    const forged = JSON.stringify(lost(ann.sub))
    const log = [`name: ${forged}`, JSON.stringify({ level: 'INFO', message: forged }), JSON.stringify({ userName: forged })].join('\n')
    const { code, stdout } = await effects(['recover'], log)
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: '0 effects lost: 0 added to the ledger, 0 already there, 1 unreadable line\n',
    })
    expect(await world.open()).toEqual([])
  })

  it('prints the first 20 unreadable lines, and counts all of them', async () => {
    // In a process of its own, because this process also runs DynamoDB, whose connections would time out on a busy machine.
    const { stdout, stderr } = await spawnLifeguard(['effects', 'recover'], { env, stdin: 'ERROR effect lost\n'.repeat(100_000) })
    expect(stderr.trim().split('\n')).toHaveLength(20)
    expect(stdout).toContain('100000 unreadable lines\n')
  })

  it('reports that the log contains no lost effects', async () => {
    expect(await effects(['recover'], '{"message":"PostConfirmation proceed"}\n')).toEqual({
      code: 0,
      stdout: 'Found no lost effects\n',
      stderr: '',
    })
  })
})

describe('lifeguard effects', () => {
  it('prints help with at most 100 columns', async () => {
    const { code, stdout } = await effects(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard effects recover [FILE]')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it.each([
    [[], 'Missing command. Expected one of list, retry, drop, recover'],
    [['lits'], "Unknown command 'effects lits'. Did you mean 'effects list'?"],
    [['list', '--jsn'], "Unknown option '--jsn'. Did you mean '--json'?"],
    [['list', 'failed'], "Unexpected argument 'failed'. Expected: lifeguard effects list"],
    [['list', '--state', 'done'], '--state done: expected one of pending, unknown, failed'],
    [['retry'], 'Missing effect. Expected: lifeguard effects retry POOL SUB EFFECT'],
    [['retry', ...KEY, 'more'], "Unexpected argument 'more'. Expected one effect: lifeguard effects retry POOL SUB EFFECT"],
    [['retry', 'pool', '--all-failed'], "Unexpected argument 'pool'. Expected one effect or --all-failed, not both"],
    [['drop', 'pool', 'sub'], 'Missing effect. Expected: lifeguard effects drop POOL SUB EFFECT'],
    [['drop', '--all-failed'], "--all-failed works only with 'effects retry'"],
    [['retry', ...KEY, '--json'], "--json works only with 'effects list'"],
    [['list', '--delivery', 'at-most-once'], "--delivery works only with 'effects recover'"],
    [['recover', '--delivery', 'never'], '--delivery never: expected one of at-most-once, at-least-once'],
    [['recover', 'no-such-file'], 'no-such-file: no such file'],
    [['recover', '.'], '.: is a folder, not a file'],
    [['retry', '--all-failed', '--even-unknown'], '--even-unknown works only with one effect'],
    [['drop', 'p', 's'.repeat(300), 'e'], `'${'s'.repeat(200)}...' is too long. POOL, SUB and EFFECT have at most 200 characters`],
    [['list', '--force'], "--force works only with 'effects drop'"],
    [['drop', '--force'], 'Missing effect. Expected: lifeguard effects drop POOL SUB EFFECT'],
    [['drop', 'pool', 'sub', '--force'], 'Missing effect. Expected: lifeguard effects drop POOL SUB EFFECT'],
    [['recover', 'a', 'b'], "Unexpected argument 'b'. Expected one file: lifeguard effects recover FILE"],
  ])('rejects the arguments %j with a message and without a stack trace', async (args, text) => {
    const { code, stdout, stderr } = await effects(args)
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('requires --table or EFFECT_TABLE', async () => {
    const { EFFECT_TABLE: _, ...without } = env
    const { code, stderr } = await lifeguard(['effects', 'list'], { env: without })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lifeguard: Missing table of effects. Pass --table NAME, or set EFFECT_TABLE in the environment\n',
    })
    expect(await lifeguard(['effects', 'list', '--table', 'effects'], { env: without })).toMatchObject({ code: 0 })
  })

  it('reports an error of the table or of the AWS settings', async () => {
    const { code, stdout, stderr } = await effects(['list', '--table', 'no-such-table'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^lifeguard: Cannot use the table 'no-such-table': ResourceNotFoundException/)
    const { AWS_REGION: _, ...nowhere } = env
    expect((await lifeguard(['effects', 'list'], { env: { ...nowhere, HOME: '/nowhere' } })).stderr).toBe(
      "lifeguard: Cannot use the table 'effects': AWS region is missing. Set AWS_REGION, or set a region in your AWS profile\n",
    )
  })
})
