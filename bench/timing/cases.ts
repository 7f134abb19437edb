import { randomUUID, scryptSync } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SESClient } from '@aws-sdk/client-ses'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { customChallenge, emailCode } from '../../src/custom-challenge/index.ts'
import { preAuthentication } from '../../src/pre-auth/index.ts'
import {
  autoConfirm,
  cognitoAliases,
  guardAlias,
  preSignUp,
  requireInvite,
  uniqueCanonicalEmail,
  waitlist,
} from '../../src/pre-signup/index.ts'
import { blockUsers, dynamoBlockList, dynamoCanonicalEmails } from '../../src/rules/index.ts'
import { dynamoHashDirectory } from '../../src/shared/directory/index.ts'
import { parseEmailAddress } from '../../src/shared/email/address.ts'
import { dynamoInvites, dynamoInviteWriter } from '../../src/shared/invites/index.ts'
import { dynamoCounter } from '../../src/shared/limits/index.ts'
import { sesMailer } from '../../src/shared/mail/ses-mailer.ts'
import { dynamoWaitlist } from '../../src/shared/waitlist/index.ts'
import { createChallenge, type RunResult, run, signIn, signUp, userMigration, verifyChallenge } from '../../src/testing/index.ts'
import { listenOnLoopback } from '../../src/tools/local/loopback.ts'
import { migrateUsers, userMigration as migrationHandler } from '../../src/user-migration/index.ts'
import type { Services } from '../services.ts'
import { TABLES } from '../services-messages.ts'

/** Two requests whose answers must take the same time: one about a user, an address or a code that exists, one about a missing one. */
export interface Case {
  readonly rule: string
  readonly known: string
  readonly unknown: string
  /** Prepares a request about an existing user, and returns the function to time. */
  readonly prepareKnown: () => () => Promise<RunResult>
  readonly prepareUnknown: () => () => Promise<RunResult>
}

const HASH = 'scrypt:ln=10,r=8,p=1'
const NAMES = { userName: 'known', email: 'known@northwind.example' }
const newUser = () => ({ userName: randomUUID(), email: `${randomUUID()}@northwind.example` })
const withCode = (invitation: string) => signUp({ ...newUser(), clientMetadata: { invitation } })

/** Creates the rows of the known users, and the requests. The clients trust the certificate of the services. */
export async function createCases({ environment, certificate }: Services): Promise<readonly Case[]> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const base = { region: 'us-east-1', credentials, requestHandler: { httpsAgent: { ca: certificate, keepAlive: true } } }
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...base, endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB ?? '' }))
  const ses = new SESClient({ ...base, endpoint: environment.AWS_ENDPOINT_URL_SES ?? '' })
  const cognito = new CognitoIdentityProviderClient({ region: 'us-east-1', credentials, endpoint: await startUserList() })
  const documents = () => client
  const table = { documents, table: TABLES.limits }
  const { signal } = new AbortController()

  const invites = dynamoInvites(table)
  const writer = dynamoInviteWriter(table)
  await writer.create({ type: 'code', value: 'known-used' })
  await writer.create({ type: 'code', value: 'known-expired', until: new Date(1000) })
  await writer.create({ type: 'email', value: NAMES.email })
  const byCode = preSignUp(requireInvite(invites))
  const byEmail = preSignUp(requireInvite(invites, { from: 'email' }))
  await run(byCode, withCode('known-used'))
  await run(byEmail, signUp(NAMES))

  const list = preSignUp(waitlist(dynamoWaitlist(table)))
  await run(list, signUp(NAMES))

  const emails = dynamoCanonicalEmails(table)
  const address = parseEmailAddress(NAMES.email)
  if (address === undefined) throw new Error(`${NAMES.email} is not an address`)
  await emails.keep({ userPoolId: signUp().userPoolId, userName: NAMES.userName, address }, signal)
  const unique = preSignUp(uniqueCanonicalEmail(emails, { revealsExistence: true }))

  const confirm = autoConfirm({ when: () => true, verifyEmail: true })
  const guarded = preSignUp(guardAlias(cognitoAliases({ cognito: () => cognito }), { revealsExistence: true }, confirm))

  const blocks = dynamoBlockList({ documents, table: TABLES.blocks })
  const [blockSignIn, blockSignUp] = [preAuthentication(blockUsers(blocks)), preSignUp(blockUsers(blocks))]

  const salt = Buffer.alloc(16, 1)
  const digest = scryptSync('right-password', salt, 32, { N: 2 ** 10, r: 8, p: 1 })
  const phc = `$scrypt$ln=10,r=8,p=1$${[salt, digest].map((part) => part.toString('base64').replaceAll('=', '')).join('$')}`
  await client.send(new PutCommand({ TableName: TABLES.limits, Item: { pk: NAMES.email, email: NAMES.email, passwordHash: phc } }))
  const migration = migrationHandler(migrateUsers(dynamoHashDirectory({ ...table, hash: HASH, key: 'pk' })))

  const mailer = sesMailer({ ses: () => ses, from: 'sign-in@example.com' })
  const text = { subject: 'Your code', text: '{{code}}', html: '{{code}}' }
  const texts = { fallback: 'en', locales: { en: { default: { email: text } } } }
  const steps = [emailCode({ mailer, texts, key: 'a-key-of-the-benchmark' })] as const
  const challenge = customChallenge({ steps: [...steps], counter: dynamoCounter(table), answersAfterMs: 60 })
  const secret = { challenge: 'email-code', salt: 'a', hash: 'b', expiresAt: '9999999999' }
  const answer = (userNotFound: boolean) =>
    verifyChallenge({ ...newUser(), userNotFound, challengeAnswer: '000000', privateChallengeParameters: secret })

  return [
    toCase('requireInvite', ['used code', byCode, () => withCode('known-used')], ['unknown code', byCode, () => withCode(randomUUID())]),
    toCase(
      'requireInvite',
      ['expired code', byCode, () => withCode('known-expired')],
      ['unknown code', byCode, () => withCode(randomUUID())],
    ),
    toCase(
      "requireInvite, from: 'email'",
      ['address that has signed up', byEmail, () => signUp({ ...newUser(), email: NAMES.email })],
      ['address without an invitation', byEmail, () => signUp(newUser())],
    ),
    toCase(
      'waitlist',
      ['address on the list', list, () => signUp({ ...newUser(), email: NAMES.email })],
      ['new address', list, () => signUp(newUser())],
    ),
    toCase(
      'blockUsers, pre sign-up',
      ['address of a user', blockSignUp, () => signUp({ ...newUser(), email: NAMES.email })],
      ['new address', blockSignUp, () => signUp(newUser())],
    ),
    toCase(
      'blockUsers, pre authentication',
      ['user', blockSignIn, () => signIn(newUser())],
      ['user name that does not exist', blockSignIn, () => signIn({ ...newUser(), userNotFound: true })],
    ),
    toCase(
      'migrateUsers',
      ['wrong password', migration, () => userMigration({ userName: NAMES.email })],
      ['unknown user', migration, () => userMigration({ userName: `${randomUUID()}@northwind.example` })],
    ),
    toCase(
      'customChallenge, create',
      ['user', challenge.create, () => createChallenge(newUser())],
      ['user name that does not exist', challenge.create, () => createChallenge({ ...newUser(), userNotFound: true })],
    ),
    toCase(
      'customChallenge, verify',
      ['wrong code', challenge.verify, () => answer(false)],
      ['user name that does not exist', challenge.verify, () => answer(true)],
    ),
    toCase(
      'uniqueCanonicalEmail',
      ['taken mailbox', unique, () => signUp({ ...newUser(), email: NAMES.email })],
      ['free mailbox', unique, () => signUp(newUser())],
    ),
    toCase(
      'guardAlias',
      ['taken address', guarded, () => signUp({ ...newUser(), email: NAMES.email })],
      ['free address', guarded, () => signUp(newUser())],
    ),
  ]
}

type Side<Event extends Parameters<typeof run>[1]> = readonly [what: string, handler: Parameters<typeof run<Event>>[0], event: () => Event]

function toCase<Event extends Parameters<typeof run>[1]>(rule: string, known: Side<Event>, unknown: Side<Event>): Case {
  const prepare =
    ([, handler, create]: Side<Event>) =>
    () => {
      const event = create()
      return () => run<Event>(handler, event)
    }
  return { rule, known: known[0], unknown: unknown[0], prepareKnown: prepare(known), prepareUnknown: prepare(unknown) }
}

/** Starts a Cognito that lists one user, who has the known address. It takes the same time for a missing user. */
async function startUserList(): Promise<string> {
  const listed = [{ Username: NAMES.userName, Attributes: [{ Name: 'email_verified', Value: 'true' }] }]
  const server = createServer(async (request, response) => {
    const { Filter }: { Filter?: string } = Object(await json(request))
    const Users = Filter?.includes(NAMES.email) ? listed : []
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({ Users }))
  })
  const { endpoint } = await listenOnLoopback(server)
  server.unref()
  return endpoint
}
