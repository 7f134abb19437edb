import { randomUUID } from 'node:crypto'
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { effectPk } from '../../../../../src/shared/ledger/effect-item.ts'
import { createFolder, lifeguard, parseNdjson } from '../../../../support/cli/lifeguard.ts'
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

/** One effect that failed, one that is unknown, one that is due. */
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
  it('shows what is not done, and no attribute', async () => {
    await oneOfEach()
    const { code, stdout, stderr } = await effects(['list'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^${KEY.join(' ')}\n {4}pending after 0 attempts, due 20`))
    expect(stdout).toContain(`${ann.userPoolId} ${ann.sub} be-unknown\n    unknown after 0 attempts: Throttling\n`)
    expect(stdout).toContain(`${ann.userPoolId} ${ann.sub} be-failed\n    failed after 0 attempts: Throttling\n`)
    expect(stdout).toMatch(/\n\n3 effects: 1 pending, 1 unknown, 1 failed\n$/)
    expect(stdout).not.toContain('@')
  })

  it('tells a claim from an effect that waits', async () => {
    await world.ledger.claim(world.welcome(), randomUUID(), signal)
    expect((await effects(['list'])).stdout).toContain('    pending after 1 attempt, claimed until 20')
  })

  it('shows one state, for programs', async () => {
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

  it('says that there is nothing', async () => {
    expect(await effects(['list'])).toEqual({ code: 0, stdout: 'No effect is pending, unknown, failed\n', stderr: '' })
    expect(await effects(['list', '--json'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})

describe('lifeguard effects retry', () => {
  it('makes a failed effect due', async () => {
    await oneOfEach()
    const { code, stdout } = await effects(['retry', ann.userPoolId, ann.sub, 'be-failed'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${ann.userPoolId} ${ann.sub} be-failed is due; the sweeper runs it\n` })
    expect(await world.open()).toContainEqual(expect.objectContaining({ effect: 'be-failed', state: 'pending', attempt: 0 }))
  })

  it('makes all of them due', async () => {
    await oneOfEach()
    expect(await effects(['retry', '--all-failed'])).toMatchObject({ code: 0, stdout: '1 effect made due; the sweeper runs it\n' })
    expect(await effects(['retry', '--all-failed'])).toMatchObject({ code: 0, stdout: '0 effects made due; the sweeper runs them\n' })
    expect((await world.open()).map(({ state }) => state).toSorted()).toEqual(['pending', 'pending', 'unknown'])
  })

  it('makes an unknown one due only where somebody owns up to it', async () => {
    await oneOfEach()
    expect(await effects(['retry', ann.userPoolId, ann.sub, 'be-unknown', '--even-unknown'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.open()).toContainEqual(expect.objectContaining({ effect: 'be-unknown', state: 'pending' }))
  })

  it.each([
    [
      'be-unknown',
      'only a failed effect can be; it is unknown after 0 attempts: Throttling. It may have happened; --even-unknown runs it again all the same',
    ],
    ['send-welcome-email', 'only a failed effect can be; it is pending after 0 attempts, due 20'],
    ['no-such-effect', 'there is no such effect'],
  ])('says why another cannot be: %s', async (effect, why) => {
    await oneOfEach()
    const { code, stdout, stderr } = await effects(['retry', ann.userPoolId, ann.sub, effect])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`lifeguard: ${ann.userPoolId} ${ann.sub} ${effect} cannot be retried: ${why}`)
  })
})

describe('lifeguard effects drop', () => {
  it('forgets an effect that is not done', async () => {
    await oneOfEach()
    const { code, stdout } = await effects(['drop', ann.userPoolId, ann.sub, 'be-unknown'])
    expect(code).toBe(0)
    expect(stdout).toBe(`${ann.userPoolId} ${ann.sub} be-unknown is dropped; it was unknown after 0 attempts: Throttling\n`)
    expect((await world.open()).map(({ effect }) => effect)).toEqual(['send-welcome-email', 'be-failed'])
  })

  it('says until when a trigger or a sweeper has claimed it', async () => {
    await world.ledger.claim(world.welcome(), randomUUID(), signal)
    const { code, stderr } = await effects(['drop', ...KEY])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /cannot be dropped: a trigger or a sweeper is running it, or has just changed it: it is claimed until 20.*Z\. Try again/,
    )
  })

  it('never forgets one that is done, which would then happen again', async () => {
    await world.pendingEffects.enqueue(world.welcome(), signal)
    await world.sweep()
    expect(await effects(['drop', ...KEY])).toEqual({
      code: 1,
      stdout: '',
      stderr: `lifeguard: ${KEY.join(' ')} cannot be dropped: it is done\n`,
    })
    expect(await world.pendingEffects.enqueue(world.welcome(), signal)).toBe(false)
  })
})

describe('rows that were edited by hand', () => {
  /** A row that cannot be read, and one with a key of no effect at all. */
  const edit = async (): Promise<void> => {
    await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, attempt: 'x' } }))
    await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, pk: 'x\u001b[2J' } }))
  }
  afterEach(async () => {
    for (const pk of [dueRow.pk, 'x\u001b[2J']) await world.documents.send(new DeleteCommand({ TableName: 'effects', Key: { pk } }))
  })

  it('are listed by their key, with what is wrong', async () => {
    await edit()
    const { code, stdout } = await effects(['list'])
    expect(code).toBe(0)
    expect(stdout).toContain(`${dueRow.pk}\n    pending: unreadable-attempt; effects drop --force removes it\n`)
    expect(stdout).not.toContain('\u001b[2J')
    expect(stdout).toContain('2 effects: 2 pending')
    expect(parseNdjson((await effects(['list', '--json'])).stdout)).toContainEqual({
      key: dueRow.pk,
      state: 'pending',
      reason: 'unreadable-attempt',
      dueAt: dueRow.dueAt,
    })
  })

  it('are not dropped without --force, which is what the refusal says', async () => {
    await edit()
    const { code, stdout, stderr } = await effects(['drop', EDITED.userPoolId, EDITED.sub, EDITED.effect])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      `lifeguard: ${EDITED.userPoolId} ${EDITED.sub} ${EDITED.effect} cannot be dropped: its row cannot be read (unreadable-attempt). Look at it in the table; --force removes it\n`,
    )
  })

  it.each([
    ['the three parts', [EDITED.userPoolId, EDITED.sub, EDITED.effect]],
    ['the key', [effectPk(EDITED)]],
  ])('are removed with --force, by %s', async (_, args) => {
    await edit()
    expect(await effects(['drop', ...args, '--force'])).toEqual({
      code: 0,
      stdout: `${dueRow.pk} is removed; it was pending: unreadable-attempt\n`,
      stderr: '',
    })
    expect(await world.effects.get(effectPk(EDITED), signal)).toBeUndefined()
  })

  it('are removed with --force whatever their key is', async () => {
    await edit()
    expect(await effects(['drop', 'x\u001b[2J', '--force'])).toMatchObject({ code: 0, stderr: '' })
    expect((await world.rows()).map((row) => 'pk' in row && row.pk)).toEqual([dueRow.pk])
  })

  it('are removed with --force after a sweeper has given them up', async () => {
    await edit()
    await world.sweep()
    expect((await effects(['list', '--state', 'unknown'])).stdout).toContain('unknown: unreadable-attempt')
    expect((await effects(['drop', effectPk(EDITED), '--force'])).code).toBe(0)
  })

  it.each([
    ['one that is done', { state: 'done', attempt: 'x' }, 'it is done'],
    ['one that can be read', {}, `its row can be read; drop it without --force: effects drop ${Object.values(EDITED).join(' ')}`],
    ['none', undefined, 'there is no such row'],
  ])('are not removed with --force where there is %s', async (_, change, why) => {
    if (change !== undefined) await world.documents.send(new PutCommand({ TableName: 'effects', Item: { ...dueRow, ...change } }))
    expect(await effects(['drop', effectPk(EDITED), '--force'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `lifeguard: ${dueRow.pk} cannot be dropped: ${why}\n`,
    })
  })

  it('are passed over where all that failed is retried', async () => {
    await world.documents.send(
      new PutCommand({ TableName: 'effects', Item: { ...dueRow, state: 'failed', queue: 'failed', attempt: 'x' } }),
    )
    expect((await effects(['retry', '--all-failed'])).stdout).toBe('0 effects made due; the sweeper runs them\n')
  })
})

describe('lifeguard effects recover', () => {
  it('heals an effect that nothing but the log knew of, once', async () => {
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
      stdout: '1 effect lost: 1 put into the ledger, 0 known to it already\n',
      stderr: '',
    })
    expect(await world.open()).toMatchObject([{ state: 'pending', event: undefined }])
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect((await effects(['recover', '-'], log)).stdout).toContain('0 put into the ledger, 1 known to it already')
    expect((await world.sweep()).swept).toEqual({})
    expect(world.services.ses.inbox()).toMatchObject([{ to: [ann.email] }])
  })

  it('gives a claim back that was written although its answer was lost, also when it counts as unknown by now', async () => {
    await world.ledger.claim(world.welcome(), `token-of-${ann.sub}`, signal)
    world.wait(10_000)
    expect((await world.sweep()).swept).toEqual({ unknown: 1 })
    const { code, stdout } = await effects(['recover'], `${JSON.stringify(lost(ann.sub))}\n`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 effect lost: 0 put into the ledger, 1 given back, 0 known to it already\n' })
    expect((await world.sweep()).swept).toEqual({ done: 1 })
    expect(world.services.ses.inbox()).toHaveLength(1)
  })

  it('keeps the trigger source and the app client of the event, which conditions around the effect ask about', async () => {
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

  it('takes each effect once out of a file', async () => {
    const lines = [lost(ann.sub), { timestamp: 1, ingestionTime: 2, message: JSON.stringify(lost(ann.sub)) }, lost('somebody-else')].map(
      (line) => JSON.stringify(line),
    )
    const folder = await createFolder({ 'log.ndjson': `${lines.join('\n')}\n` })
    const { code, stdout, stderr } = await effects(['recover', `${folder}/log.ndjson`, '--delivery', 'at-least-once'])
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '2 effects lost: 2 put into the ledger, 0 known to it already\n',
      stderr: '',
    })
    expect((await world.open()).map(({ sub, delivery }) => [sub, delivery]).toSorted()).toEqual(
      [
        [ann.sub, 'at-least-once'],
        ['somebody-else', 'at-least-once'],
      ].toSorted(),
    )
  })

  it('says what it could not recover, and goes on', async () => {
    // A key of DynamoDB has its limits.
    const log = [lost('x'.repeat(3000)), lost(''), lost(ann.sub)].map((line) => JSON.stringify(line)).join('\n')
    const { code, stdout, stderr } = await effects(['recover'], log)
    expect(code).toBe(1)
    expect(stdout).toContain('2 effects lost: 1 put into the ledger, 0 known to it already, 1 not recovered, 1 unreadable line')
    expect(stderr).toContain('ValidationException')
    expect(stderr).toContain("line 2: has 'effect lost' in it, but is not a whole line of a handler's log")
  })

  it('takes nothing out of a text of a user', async () => {
    const forged = JSON.stringify(lost(ann.sub))
    const log = [`name: ${forged}`, JSON.stringify({ level: 'INFO', message: forged }), JSON.stringify({ userName: forged })].join('\n')
    const { code, stdout } = await effects(['recover'], log)
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: '0 effects lost: 0 put into the ledger, 0 known to it already, 1 unreadable line\n',
    })
    expect(await world.open()).toEqual([])
  })

  it('names the first 20 lines that it could not read, and counts them all', async () => {
    const { stdout, stderr } = await effects(['recover'], 'ERROR effect lost\n'.repeat(100_000))
    expect(stderr.trim().split('\n')).toHaveLength(20)
    expect(stdout).toContain('100000 unreadable lines\n')
  })

  it('says that nothing is lost', async () => {
    expect(await effects(['recover'], '{"message":"PostConfirmation proceed"}\n')).toEqual({
      code: 0,
      stdout: 'No lost effect in these lines\n',
      stderr: '',
    })
  })
})

describe('lifeguard effects', () => {
  it('tells its commands, within 100 columns', async () => {
    const { code, stdout } = await effects(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('lifeguard effects recover [FILE]')
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
  })

  it.each([
    [[], 'Say what to do with effects: one of list, retry, drop, recover'],
    [['lits'], "'lits' is no command of lifeguard effects: one of list, retry, drop, recover"],
    [['list', '--jsn'], "Unknown option '--jsn'; lifeguard effects --help tells more"],
    [['list', 'failed'], "effects list takes no 'failed'"],
    [['list', '--state', 'done'], '--state done: expected one of pending, unknown, failed'],
    [['retry'], 'Say which effect: lifeguard effects retry POOL SUB EFFECT'],
    [['retry', ...KEY, 'more'], "effects retry takes one effect; 'more' is too much"],
    [['retry', 'pool', '--all-failed'], "effects retry takes --all-failed or one effect; 'pool' is too much"],
    [['drop', 'pool', 'sub'], 'Say which effect: lifeguard effects drop POOL SUB EFFECT'],
    [['drop', '--all-failed'], '--all-failed goes with effects retry'],
    [['retry', ...KEY, '--json'], '--json goes with effects list'],
    [['list', '--delivery', 'at-most-once'], '--delivery goes with effects recover'],
    [['recover', '--delivery', 'never'], '--delivery never: expected one of at-most-once, at-least-once'],
    [['recover', 'no-such-file'], 'no-such-file: no such file'],
    [['recover', '.'], '.: a folder, not a file'],
    [['retry', '--all-failed', '--even-unknown'], '--even-unknown goes with one effect'],
    [['drop', 'p', 's'.repeat(300), 'e'], `'${'s'.repeat(200)}...' is no part of an effect: it is too long`],
    [['list', '--force'], '--force goes with effects drop'],
    [['drop', '--force'], 'Say which effect: lifeguard effects drop POOL SUB EFFECT'],
    [['drop', 'pool', 'sub', '--force'], 'Say which effect: lifeguard effects drop POOL SUB EFFECT'],
    [['recover', 'a', 'b'], "effects recover takes one file; 'b' is a second one"],
  ])('refuses %j in plain text', async (args, text) => {
    const { code, stdout, stderr } = await effects(args)
    expect(stderr).toContain(`lifeguard: ${text}`)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('wants to know the table', async () => {
    const { EFFECT_TABLE: _, ...without } = env
    const { code, stderr } = await lifeguard(['effects', 'list'], { env: without })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'lifeguard: Say which table holds the effects: --table NAME, or EFFECT_TABLE in the environment\n',
    })
    expect(await lifeguard(['effects', 'list', '--table', 'effects'], { env: without })).toMatchObject({ code: 0 })
  })

  it('says what is wrong with the table, or with AWS', async () => {
    const { code, stdout, stderr } = await effects(['list', '--table', 'no-such-table'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^lifeguard: The table 'no-such-table' cannot be used: ResourceNotFoundException/)
    const { AWS_REGION: _, ...nowhere } = env
    expect((await lifeguard(['effects', 'list'], { env: { ...nowhere, HOME: '/nowhere' } })).stderr).toBe(
      "lifeguard: The table 'effects' cannot be used: no region is set: set AWS_REGION, or name one in your AWS profile\n",
    )
  })
})
