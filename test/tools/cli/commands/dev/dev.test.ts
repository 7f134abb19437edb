import { readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join } from 'node:path'
import {
  AdminGetUserCommand,
  ConfirmSignUpCommand,
  DescribeUserPoolCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { ListTablesCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RunningDev, startDevCommand } from '../../../../support/cli/dev.ts'
import { createFolder, lifeguard } from '../../../../support/cli/lifeguard.ts'
import { dynamoDbClient } from '../../../../support/local-clients.ts'
import { createCertificate } from '../../../../support/self-signed.ts'

const SLOW = { timeout: 120_000 }

const SERVERLESS = `service: shop
provider:
  name: aws
  runtime: nodejs24.x
functions:
  preSignUp:
    handler: handler.handler
    events:
      - cognitoUserPool: { pool: Users, trigger: PreSignUp }
resources:
  Resources:
    CognitoUserPoolUsers:
      Type: AWS::Cognito::UserPool
      Properties:
        UserPoolName: shop-users
        UsernameAttributes: [email]
        UsernameConfiguration: { CaseSensitive: false }
        AutoVerifiedAttributes: [email]
        SmsConfiguration: { SnsCallerArn: !GetAtt SmsRole.Arn }
    Web:
      Type: AWS::Cognito::UserPoolClient
      Properties:
        UserPoolId: !Ref CognitoUserPoolUsers
        ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]
`

const denyDomain = (domain: string): string => `export const handler = async (event) => {
  if (event.request.userAttributes.email.endsWith('@${domain}')) throw new Error('No sign-up from ${domain}')
  return event
}
`

const createProject = (files: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  createFolder({
    'serverless.yml': SERVERLESS,
    'package.json': { type: 'module' },
    'handler.js': denyDomain('blocked.example'),
    ...files,
  })

const signUp = ({ client, clientId }: RunningDev, Username: string): Promise<string> =>
  client.send(new SignUpCommand({ ClientId: clientId, Username, Password: 'Passw0rd!' })).then(
    ({ UserConfirmed }) => (UserConfirmed ? 'confirmed' : 'unconfirmed'),
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'failed'),
  )

describe('lifeguard dev', () => {
  it('starts the pool of the project, and lets its function refuse a sign-up', SLOW, async () => {
    const dev = await startDevCommand(await createProject())

    const described = await dev.client.send(new DescribeUserPoolCommand({ UserPoolId: dev.userPoolId }))
    const refused = await signUp(dev, 'eve@blocked.example')
    const admitted = await signUp(dev, 'mary@example.com')

    expect(described.UserPool?.Name).toBe('shop-users')
    expect(described.UserPool?.UsernameAttributes).toEqual(['email'])
    expect(described.UserPool?.LambdaConfig?.PreSignUp).toMatch(/:function:preSignUp$/)
    expect(refused).toBe('UserLambdaValidationException: PreSignUp failed with error No sign-up from blocked.example.')
    expect(admitted).toBe('unconfirmed')
  })

  it('runs a changed function without a restart', SLOW, async () => {
    const folder = await createProject()
    const dev = await startDevCommand(folder)
    expect(await signUp(dev, 'one@example.com')).toBe('unconfirmed')

    await writeFile(join(folder, 'handler.js'), denyDomain('example.com'))
    await dev.waitForNote('Reloaded after a change')

    expect(await signUp(dev, 'two@example.com')).toBe(
      'UserLambdaValidationException: PreSignUp failed with error No sign-up from example.com.',
    )
    expect(await signUp(dev, 'eve@blocked.example')).toBe('unconfirmed')
  })

  it('keeps the old settings and reports the problem if the changed configuration is invalid', SLOW, async () => {
    const folder = await createProject()
    const dev = await startDevCommand(folder)
    await signUp(dev, 'one@example.com')

    await writeFile(join(folder, 'serverless.yml'), 'functions: [')
    await dev.waitForNote('serverless.yml')

    expect(await signUp(dev, 'two@example.com')).toBe('unconfirmed')
  })

  it('recovers from a syntax error without a restart', SLOW, async () => {
    const source = denyDomain('blocked.example').replace('(event)', '(event: { request: { userAttributes: { email: string } } })')
    const serverless = SERVERLESS.replace('handler: handler.handler', 'handler: src/check.handler')
    const folder = await createProject({ 'serverless.yml': serverless, 'src/check.ts': source })
    const dev = await startDevCommand(folder)
    expect(await signUp(dev, 'one@example.com')).toBe('unconfirmed')

    await writeFile(join(folder, 'src/check.ts'), 'const const')
    await dev.waitForNote('A function does not build')
    const broken = await signUp(dev, 'two@example.com')
    await writeFile(join(folder, 'src/check.ts'), source.replace('blocked.example', 'example.org'))
    await dev.waitForNote('Reloaded after a change')

    expect(broken).toBe('UnexpectedLambdaException: PreSignUp invocation failed due to error ResourceNotFoundException.')
    expect(await signUp(dev, 'two@example.com')).toBe('unconfirmed')
    expect(await signUp(dev, 'eve@example.org')).toContain('failed with error No sign-up from')
  })

  it('gives functions the changed settings of lifeguard.env', SLOW, async () => {
    const handler = denyDomain('x').replace("'@x'", "'@' + process.env.DENIED")
    const folder = await createProject({ 'handler.js': handler, 'lifeguard.env': 'DENIED=one.example' })
    const dev = await startDevCommand(folder)
    expect(await signUp(dev, 'eve@one.example')).toContain('UserLambdaValidationException')

    await writeFile(join(folder, 'lifeguard.env'), 'DENIED=two.example')
    await dev.waitForNote('Reloaded after a change')

    expect(await signUp(dev, 'eve@one.example')).toBe('unconfirmed')
    expect(await signUp(dev, 'eve@two.example')).toContain('UserLambdaValidationException')
  })

  it('creates the table that a changed setting names, and the invitations of the seed file', SLOW, async () => {
    const handler = 'export const handler = async () => { throw new Error(process.env.AWS_ENDPOINT_URL_DYNAMODB) }'
    const seed = { invites: [{ type: 'code', value: 'friends' }] }
    const folder = await createProject({ 'handler.js': handler, 'lifeguard.env': 'INVITE_TABLE=invites', 'seed.json': seed })
    const dev = await startDevCommand(folder, ['--seed', 'seed.json'])
    const [endpoint = ''] = /http:[^ ]+\d/.exec(await signUp(dev, 'eve@example.com')) ?? []
    const client = dynamoDbClient(endpoint)
    onTestFinished(() => client.destroy())

    await writeFile(join(folder, 'lifeguard.env'), 'INVITE_TABLE=invites\nWAITLIST_TABLE=waiting')
    await dev.waitForNote('Reloaded after a change')

    expect((await client.send(new ListTablesCommand())).TableNames).toEqual(expect.arrayContaining(['invites', 'waiting']))
    expect((await client.send(new ScanCommand({ TableName: 'invites' }))).Items).toMatchObject([{ uses: { N: '1' } }])
  })

  it('calls the handler of --handler in a folder without a configuration', SLOW, async () => {
    const folder = await createFolder({ 'package.json': { type: 'module' }, 'handler.js': denyDomain('blocked.example') })

    const dev = await startDevCommand(folder, ['--handler', 'preSignUp=handler.js'])

    expect(await signUp(dev, 'eve@blocked.example')).toContain('No sign-up from blocked.example')
    expect(await signUp(dev, 'mary@example.com')).toBe('unconfirmed')
  })

  it('leaves a table out that the configuration turns off', SLOW, async () => {
    const handler = `export const handler = async (event) => {
  if (process.env.BLOCK_TABLE !== '') throw new Error('The table is ' + process.env.BLOCK_TABLE)
  return event
}
`
    const serverless = SERVERLESS.replace(
      '    handler: handler.handler',
      "    handler: handler.handler\n    environment: { BLOCK_TABLE: '' }",
    )
    const dev = await startDevCommand(await createProject({ 'serverless.yml': serverless, 'handler.js': handler }))

    expect(await signUp(dev, 'mary@example.com')).toBe('unconfirmed')
  })

  it('shows the code in the inbox as JSON and on a page', SLOW, async () => {
    const dev = await startDevCommand(await createProject())
    await signUp(dev, 'mary@example.com')

    const json: unknown = await fetch(dev.inbox, { headers: { accept: 'application/json' } }).then((response) => response.json())
    const page = await fetch(dev.inbox, { headers: { accept: 'text/html' } }).then((response) => response.text())

    const [message] = Array.isArray(json) ? json : []
    expect(message).toMatchObject({ channel: 'email', to: 'mary@example.com', code: expect.stringMatching(/^\d{6}$/) })
    expect(page).toContain(`Code: <strong>${message.code}</strong>`)
    await dev.client.send(
      new ConfirmSignUpCommand({ ClientId: dev.clientId, Username: 'mary@example.com', ConfirmationCode: message.code }),
    )
  })

  it('keeps users, ids and tokens in the state file', SLOW, async () => {
    const folder = await createProject({ 'users.json': { users: [{ username: 'mary@example.com', password: 'Passw0rd!' }] } })
    const first = await startDevCommand(folder, ['--state', 'pool.state', '--seed', 'users.json'])
    const AuthParameters = { USERNAME: 'mary@example.com', PASSWORD: 'Passw0rd!' }
    const signedIn = await first.client.send(
      new InitiateAuthCommand({ ClientId: first.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
    )
    expect(await first.stop()).toBe(130)

    const second = await startDevCommand(folder, ['--state', 'pool.state'])
    const REFRESH_TOKEN = signedIn.AuthenticationResult?.RefreshToken ?? ''
    const refreshed = await second.client.send(
      new InitiateAuthCommand({ ClientId: second.clientId, AuthFlow: 'REFRESH_TOKEN_AUTH', AuthParameters: { REFRESH_TOKEN } }),
    )

    expect([second.userPoolId, second.clientId]).toEqual([first.userPoolId, first.clientId])
    expect(refreshed.AuthenticationResult?.AccessToken).toMatch(/^ey/)
  })

  it('reads groups, users and invitations from the seed file', SLOW, async () => {
    const seed = {
      groups: [{ name: 'staff', precedence: 1 }],
      users: [{ username: 'mary@example.com', password: 'Passw0rd!', groups: ['staff'] }],
      invitations: [{ username: 'new@example.com', attributes: { email: 'new@example.com' } }],
    }
    const dev = await startDevCommand(await createProject({ 'seed.json': seed }), ['--seed', 'seed.json'])

    const AuthParameters = { USERNAME: 'mary@example.com', PASSWORD: 'Passw0rd!' }
    const { AuthenticationResult } = await dev.client.send(
      new InitiateAuthCommand({ ClientId: dev.clientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters }),
    )
    const invited = await dev.client.send(new AdminGetUserCommand({ UserPoolId: dev.userPoolId, Username: 'new@example.com' }))
    const inbox = await fetch(dev.inbox, { headers: { accept: 'application/json' } }).then((response) => response.text())

    const [, payload = ''] = AuthenticationResult?.IdToken?.split('.') ?? []
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())['cognito:groups']).toEqual(['staff'])
    expect(invited.UserStatus).toBe('FORCE_CHANGE_PASSWORD')
    expect(inbox).toContain('"to":"new@example.com"')
  })

  it('serves managed login with HTTPS, if it gets a certificate', SLOW, async () => {
    const { cert, key } = createCertificate()
    const dev = await startDevCommand(await createProject({ 'cert.pem': cert, 'key.pem': key }), [
      '--tls-cert',
      'cert.pem',
      '--tls-key',
      'key.pem',
    ])

    const status = await new Promise((resolve, reject) => {
      get(`https://${dev.domain}/${dev.userPoolId}/.well-known/jwks.json`, { ca: cert, rejectUnauthorized: false }, ({ statusCode }) =>
        resolve(statusCode),
      ).on('error', reject)
    })

    expect(dev.domain).toMatch(/^localhost:\d+$/)
    expect(status).toBe(200)
  })

  it('stops on Ctrl-C and closes its port', SLOW, async () => {
    const dev = await startDevCommand(await createProject())

    expect(await dev.stop()).toBe(130)

    await expect(fetch(dev.endpoint)).rejects.toThrow('fetch failed')
  })

  it.each([
    [['--port', 'web'], '--port web: expected a number from 0 to 65535'],
    [['--assume', 'custom-auth-runs-post-autentication'], "Did you mean 'custom-auth-runs-post-authentication'?"],
    [['--seed', 'missing.json'], '--seed missing.json: '],
    [['--tls-cert', 'cert.pem'], '--tls-cert and --tls-key belong together'],
    [['--tls-cert', 'handler.js', '--tls-key', 'handler.js'], 'handler.js and handler.js are not a certificate and its private key'],
    [['--tls-cert', 'missing.pem', '--tls-key', 'handler.js'], '--tls-cert missing.pem: '],
    [['--state', 'serverless.yml'], 'serverless.yml'],
    [['--state', 'missing/pool.state'], 'missing/pool.state: the state cannot be saved'],
    [['--tls-port', 'web', '--tls-cert', 'handler.js', '--tls-key', 'handler.js'], 'handler.js and handler.js are not'],
    [['--triggers', 'customMessage'], '--triggers customMessage: custom.optional has no function of this name; serverless.yml has none'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await lifeguard(['dev', ...args], { cwd: await createProject() })

    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('names the first problem of a seed file', async () => {
    const cwd = await createProject({ 'seed.json': { users: [{ username: 'mary@example.com', groups: ['staff'] }] } })

    const { code, stderr } = await lifeguard(['dev', '--seed', 'seed.json'], { cwd })

    expect(stderr).toContain('seed.json: a user is in the group staff, which groups does not list')
    expect(code).toBe(2)
  })
})

describe('lifeguard record', () => {
  it('saves the events of the pool without personal values, once each', SLOW, async () => {
    const folder = await createProject()
    const dev = await startDevCommand(folder)
    await signUp(dev, 'mary.private@example.com')
    await signUp(dev, 'eve@blocked.example')

    const first = await lifeguard(['record', dev.endpoint], { cwd: folder })
    const second = await lifeguard(['record', dev.endpoint], { cwd: folder })
    const replayed = await lifeguard(['replay', '--services', 'none'], { cwd: folder })

    const event = await readFile(join(folder, 'events/pre-signup/recorded-sign-up-denied-1.json'), 'utf8')
    expect(first.stdout).toContain('Recorded 2 events of 2 calls')
    expect(second.stdout).toContain('Recorded 0 events of 2 calls')
    expect(JSON.parse(event).request.userAttributes).toEqual({ email: 'user-2@blocked.example' })
    expect(await readFile(join(folder, 'events/pre-signup/recorded-sign-up-proceed-1.json'), 'utf8')).not.toContain('private')
    expect(replayed.stdout).toContain('2 as expected')
  })

  it.each([
    [[], 'Expected one ENDPOINT'],
    [['nonsense'], 'nonsense is not a URL'],
    [['http://127.0.0.1:9'], 'No local user pool answers at http://127.0.0.1:9. Start one with: lifeguard dev'],
    [['http://127.0.0.1:9', '--only', 'PreSingUp'], '--only PreSingUp: expected one of'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, stderr } = await lifeguard(['record', ...args])

    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
