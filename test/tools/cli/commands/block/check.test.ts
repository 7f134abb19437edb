import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalServices, startServices } from '../../../../../src/tools/local/services.ts'
import { createFolder, lifeguard, parseNdjson } from '../../../../support/cli/lifeguard.ts'
import { type CognitoSessionsEndpoint, startCognitoSessions } from '../../../../support/cognito-sessions-endpoint.ts'

const SUB = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
const EVE = { userName: 'eve', attributes: { sub: SUB, email: 'eve@example.com' } }
const TIMEOUT = 120_000

let services: LocalServices
let cognito: CognitoSessionsEndpoint
let pool: string
let pools = 0

beforeAll(async () => {
  services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' })
  cognito = await startCognitoSessions()
}, TIMEOUT)
afterAll(async () => {
  await services.stop()
  await cognito.stop()
})
beforeEach(() => {
  pool = `eu-west-1_Check${++pools}`
  cognito.setUsers(EVE)
})

const run = (args: readonly string[], cwd?: string) =>
  lifeguard([...args, '--pool', pool], {
    env: { ...services.environment, AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: cognito.endpoint, BLOCK_TABLE: 'blocks' },
    ...(cwd !== undefined && { cwd }),
  })
const block = (who: string, ...more: readonly string[]) => run(['block', who, '--reason', 'spam', ...more])

const BLOCK = { name: 'block-users', kind: 'rule', judges: 'block', children: [] }
const within = (kind: string, child: object): object => ({ name: kind, kind, children: [child] })

/** Creates a project whose pool calls one function for each trigger, with these compositions. Undefined is a handler without Lifeguard. */
function createProject(compositions: Readonly<Record<string, object | undefined>>, environment: object = {}): Promise<string> {
  const names = Object.keys(compositions)
  const functions = names.map((name) => [
    name,
    {
      Type: 'AWS::Lambda::Function',
      Properties: { Runtime: 'nodejs24.x', Handler: `${name}.handler`, Code: '.', Environment: { Variables: environment } },
    },
  ])
  const LambdaConfig = Object.fromEntries(names.map((name) => [name, { 'Fn::GetAtt': [name, 'Arn'] }]))
  const Pool = { Type: 'AWS::Cognito::UserPool', Properties: { LambdaConfig } }
  const files = Object.entries(compositions).map(([name, composition]) => [
    `${name}.mjs`,
    `export const handler = Object.assign(async (event) => event, ${JSON.stringify(composition === undefined ? {} : { composition })})`,
  ])
  return createFolder({ 'template.json': { Resources: { ...Object.fromEntries(functions), Pool } }, ...Object.fromEntries(files) })
}

describe('lifeguard blocked --check', { timeout: TIMEOUT }, () => {
  it('prints which keys block the user, and that the handlers see them', async () => {
    await block('.example.com', '--until', '2999-01-01')
    await block(SUB)
    const cwd = await createProject({ PreSignUp: BLOCK, PreAuthentication: BLOCK, PreTokenGeneration: BLOCK })

    const { code, stdout, stderr } = await run(['blocked', '--check', 'EVE@example.com'], cwd)

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`eve (sub ${SUB}, eve@example.com) in ${pool}\n`)
    expect(stdout).toMatch(/^ {2}blocked by email domain example\.com: spam, since 20.*, until 2999-01-01T00:00:00.000Z$/m)
    expect(stdout).toContain(`  blocked by sub ${SUB}: spam, since 20`)
    expect(stdout).toContain(
      '  denied   PreSignUp: sign-up and first federated sign-in\n           PreSignUp, by email domain example.com\n',
    )
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      `denied PreTokenGeneration: new tokens, at every sign-in and refresh PreTokenGeneration, by sub ${SUB} and email domain example.com `,
    )
    expect(stdout).not.toMatch(/ {2}(open|unknown) /)
  })

  it.each([
    ['a trigger without a function', {}, 'open     PreSignUp: sign-up and first federated sign-in\n           the pool calls no function'],
    ['a handler without a block rule', { PreSignUp: { ...BLOCK, judges: 'email-domain' } }, 'PreSignUp does not check blocks'],
    ['a rule in shadow', { PreSignUp: within('shadow', BLOCK) }, 'the block rule of PreSignUp is a shadow'],
    ['an event that lacks the key', { PreSignUp: BLOCK }, 'the event has no sub, and no other block matches'],
    [
      'a custom challenge',
      { DefineAuthChallenge: within('chain', { ...BLOCK, judges: undefined }) },
      'DefineAuthChallenge does not check blocks',
    ],
    ['inbound federation', { InboundFederation: BLOCK }, 'InboundFederation: every federated sign-in\n           the event has no sub'],
  ])('exits with 1 for %s', async (_, compositions, message) => {
    await block(SUB)
    const all = { PreAuthentication: BLOCK, PreTokenGeneration: BLOCK, ...compositions }

    const { code, stdout } = await run(['blocked', '--check', 'eve'], await createProject(all))

    expect(code).toBe(1)
    expect(stdout).toContain(message)
  })

  it('reports a handler that reads another table', async () => {
    await block('eve')
    const cwd = await createProject({ PreSignUp: BLOCK, PreAuthentication: BLOCK, PreTokenGeneration: BLOCK }, { BLOCK_TABLE: 'others' })

    const { code, stdout } = await run(['blocked', '--check', 'eve'], cwd)

    expect(code).toBe(1)
    expect(stdout).toContain("PreAuthentication reads the table 'others'")
  })

  it('reports the limits of a denial, and handlers that it cannot read', async () => {
    await block('eve')
    const cwd = await createProject({
      PreSignUp: within('when', within('failOpen', BLOCK)),
      PreAuthentication: within('chain', BLOCK),
      PreTokenGeneration: undefined,
    })

    const { code, stdout } = await run(['blocked', '--check', 'eve'], cwd)

    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'the rule runs under a condition (when or anyOf); users pass while the table cannot be read (failOpen)',
    )
    expect(stdout).toMatch(/ {2}unknown {2}PreTokenGeneration: .*\n {11}the rules of PreTokenGeneration: the handler was not made with/)
  })

  it('checks a user who does not exist by the typed name', async () => {
    cognito.setUsers()
    await block('eve')

    const { code, stdout } = await run(['blocked', '--check', 'Eve', '--no-handlers'])

    expect(code).toBe(0)
    expect(stdout).toContain(`Eve: the pool ${pool} has no such user\n  blocked by user name eve: spam`)
  })

  it('prints that a user is not blocked, and an expired block', async () => {
    expect(await run(['blocked', '--check', 'eve'])).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: `eve (sub ${SUB}, eve@example.com) in ${pool}\n  not blocked\n`,
    })
  })

  it('prints one JSON object', async () => {
    await block('eve')
    const cwd = await createProject({ PreSignUp: BLOCK, PreAuthentication: BLOCK, PreTokenGeneration: BLOCK })

    const { stdout } = await run(['blocked', '--check', SUB, '--json'], cwd)

    expect(parseNdjson(stdout)).toEqual([
      {
        user: { userName: 'eve', sub: SUB, email: 'eve@example.com' },
        blocked: true,
        blocks: [expect.objectContaining({ type: 'username', value: 'eve', active: true })],
        waysIn: ['PreSignUp', 'PreAuthentication', 'PreTokenGeneration'].map((trigger) =>
          expect.objectContaining({ trigger, state: 'denied' }),
        ),
      },
    ])
  })

  it('continues without a project, and rejects a configuration that does not exist', async () => {
    await block('eve')
    const cwd = await createFolder({})

    const without = await run(['blocked', '--check', 'eve'], cwd)
    const missing = await run(['blocked', '--check', 'eve', '--config', 'missing.json'], cwd)

    expect(without).toMatchObject({ code: 0, stdout: expect.stringContaining('blocked by user name eve') })
    expect(without.stderr).toContain('The handlers of the project were not read: No configuration in this folder')
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('missing.json') })
  })

  it('exits with 1 if Cognito denies the look-up', async () => {
    cognito.fault('AdminGetUser', 'NotAuthorizedException')

    const { code, stderr } = await run(['blocked', '--check', 'eve'])

    cognito.fault('AdminGetUser', undefined)
    expect(code).toBe(1)
    expect(stderr).toBe(`lifeguard: Cannot read the table 'blocks' or the pool '${pool}': NotAuthorizedException: Injected fault\n`)
  })
})
