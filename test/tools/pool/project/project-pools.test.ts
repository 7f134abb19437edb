import { describe, expect, it } from 'vitest'
import { applyProjectPools, type ProjectPool, readProjectPools } from '../../../../src/tools/pool/project/project-pools.ts'
import { createStore } from '../../../../src/tools/pool/store.ts'
import { openProject } from '../../../../src/tools/project/project.ts'
import { createFolder } from '../../../support/cli/lifeguard.ts'

const NONE = { optional: [], needed: {}, onNote: () => undefined }

async function read(template: unknown, notes: string[] = [], options: Partial<typeof NONE> & { readonly needed?: object } = {}) {
  const working = await createFolder({ 'template.json': template })
  const onNote = (note: string): void => void notes.push(note)
  const project = await openProject(undefined, { working, environment: {}, signal: new AbortController().signal, onNote })
  return readProjectPools({ project, triggers: [] }, { ...NONE, ...options, onNote })
}

const FUNCTION = { Type: 'AWS::Lambda::Function', Properties: { Handler: 'index.handler', Runtime: 'nodejs24.x', Code: {} } }
const arn = (id: string): object => ({ 'Fn::GetAtt': [id, 'Arn'] })

describe('readProjectPools', () => {
  it('reads the settings, the functions and the app clients of a template', async () => {
    const notes: string[] = []

    const pools = await read(
      {
        Resources: {
          Check: FUNCTION,
          Users: {
            Type: 'AWS::Cognito::UserPool',
            Properties: {
              UserPoolName: 'people',
              AliasAttributes: ['email'],
              MfaConfiguration: 'OPTIONAL',
              LambdaConfig: { PreSignUp: arn('Check') },
            },
          },
          App: {
            Type: 'AWS::Cognito::UserPoolClient',
            Properties: { UserPoolId: { Ref: 'Users' }, GenerateSecret: 'true', ExplicitAuthFlows: ['ALLOW_USER_AUTH'] },
          },
        },
      },
      notes,
    )

    expect(pools).toHaveLength(1)
    expect(pools[0]?.settings).toMatchObject({
      PoolName: 'people',
      AliasAttributes: ['email'],
      MfaConfiguration: 'OPTIONAL',
      LambdaConfig: { PreSignUp: 'arn:aws:lambda:us-east-1:000000000000:function:Check' },
    })
    expect(pools[0]?.clients).toEqual([
      { name: 'App', hasSecret: true, settings: { ClientName: 'App', ExplicitAuthFlows: ['ALLOW_USER_AUTH'] } },
    ])
    expect(notes).toEqual([])
  })

  it('gives each pool its own functions', async () => {
    const pool = (id: string): object => ({
      Type: 'AWS::Cognito::UserPool',
      Properties: { UserPoolName: id, LambdaConfig: { PreSignUp: arn(`${id}Check`) } },
    })

    const pools = await read({ Resources: { oneCheck: FUNCTION, twoCheck: FUNCTION, one: pool('one'), two: pool('two') } })

    expect(pools.map(({ name, settings }) => [name, settings.LambdaConfig.PreSignUp])).toEqual([
      ['one', 'arn:aws:lambda:us-east-1:000000000000:function:oneCheck'],
      ['two', 'arn:aws:lambda:us-east-1:000000000000:function:twoCheck'],
    ])
  })

  it('notes a setting that is known only at deployment', async () => {
    const notes: string[] = []

    await read(
      { Resources: { Users: { Type: 'AWS::Cognito::UserPool', Properties: { SmsConfiguration: { ExternalId: { Ref: 'Id' } } } } } },
      notes,
    )

    expect(notes).toEqual([
      "template.json: Users.SmsConfiguration.ExternalId is known only at deployment, so the local pool has Cognito's default",
    ])
  })

  it('uses default settings for settings that are not valid, with a note', async () => {
    const notes: string[] = []

    const [pool] = await read(
      { Resources: { Users: { Type: 'AWS::Cognito::UserPool', Properties: { MfaConfiguration: 'SOMETIMES' } } } },
      notes,
    )

    expect(pool?.settings.MfaConfiguration).toBe('OFF')
    expect(notes).toEqual([expect.stringMatching(/^The settings of the pool Users are not valid, .*'mfaConfiguration'/)])
  })

  it('sends events in the version that the rules need', async () => {
    const notes: string[] = []
    const Properties = { LambdaConfig: { PreTokenGeneration: arn('Claims') } }

    const [pool] = await read({ Resources: { Claims: FUNCTION, Users: { Type: 'AWS::Cognito::UserPool', Properties } } }, notes, {
      needed: { PreTokenGeneration: 'V2_0' },
    })

    expect(pool?.settings.LambdaConfig.PreTokenGenerationConfig).toMatchObject({ LambdaVersion: 'V2_0' })
    expect(notes).toEqual(['PreTokenGeneration: the pool sends events in version V2_0, which the rules need'])
  })

  it('creates one pool with an app client for every flow without a project', () => {
    const [pool] = readProjectPools({ project: undefined, triggers: [] }, NONE)

    expect(pool?.settings.UsernameAttributes).toEqual(['email'])
    expect(pool?.clients).toHaveLength(1)
  })
})

describe('applyProjectPools', () => {
  const pools = (settings: object = {}): readonly ProjectPool[] =>
    readProjectPools({ project: undefined, triggers: [] }, NONE).map((pool) => ({
      ...pool,
      clients: [{ name: 'web', settings: { ClientName: 'web', ...settings }, hasSecret: true }],
    }))

  it('creates the same ids and secrets at each start, and others for another folder', () => {
    const start = (folder: string) => {
      const store = createStore()
      const [id = ''] = applyProjectPools(store, pools(), folder, 0, () => undefined)
      const [client] = store.pools.get(id)?.clients.values() ?? []
      return { id, client: client?.id, secret: client?.secret }
    }

    expect(start('/shop')).toEqual(start('/shop'))
    expect(start('/shop').id).toMatch(/^us-east-1_[A-Za-z0-9]{9}$/)
    expect(start('/other').id).not.toBe(start('/shop').id)
    expect(start('/shop').secret?.length).toBeGreaterThan(30)
  })

  it('changes the settings of an existing pool and client, and keeps its users', () => {
    const store = createStore()
    const [id = ''] = applyProjectPools(store, pools(), '/shop', 0, () => undefined)

    applyProjectPools(store, pools({ PreventUserExistenceErrors: 'ENABLED' }), '/shop', 0, () => undefined)

    const [client, ...more] = store.pools.get(id)?.clients.values() ?? []
    expect(client?.settings.PreventUserExistenceErrors).toBe('ENABLED')
    expect(more).toEqual([])
  })

  it('reports the settings of an app client that are not valid', () => {
    const notes: string[] = []

    applyProjectPools(createStore(), pools({ ExplicitAuthFlows: ['ALLOW_EVERYTHING'] }), '/shop', 0, (note) => notes.push(note))

    expect(notes).toEqual([expect.stringContaining('The settings of the app client web are not valid, so it does not exist')])
  })
})
