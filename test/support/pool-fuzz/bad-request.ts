import { isObject } from '../../../src/shared/rules/invocation.ts'
import type { Random } from '../fuzz/fuzz-random.ts'
import { damage, HARD_TEXTS, PROTOTYPE_NAMES, pickBadValue } from './bad-values.ts'
import { listFields, OPERATION_NAMES, type OpenChallenge } from './target.ts'

/** A request to send as it is. */
export interface RawRequest {
  /** The mistake in the request, for a failure's text. */
  readonly kind: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** True if no pool may answer it with a success. */
  readonly isRefused: boolean
  /** True if the connection ends in the middle of the body. Then there may be no answer. */
  readonly isCut: boolean
}

type Fields = Readonly<Record<string, unknown>>
// Values in the input that are JSON text already.
type Parts = Record<string, string>

const SIGNED = 'AWS4-HMAC-SHA256 Credential=fuzz/20260101/us-east-1/cognito-idp/aws4_request'
const MANY_BYTES = 1_100_000

/** Creates a malformed request. @param all Valid values for the fields of all operations. */
export function createBadRequest(random: Random, all: Fields, challenges: readonly OpenChallenge[]): RawRequest {
  const operation = random.pick(OPERATION_NAMES)
  const fields = Object.fromEntries(listFields(operation, all).map((name) => [name, all[name]]))
  const parts = toParts(fields)
  const plain = { method: 'POST', path: '/', headers: createHeaders(operation), isRefused: false, isCut: false }
  const valid = toBody(parts)
  const make = random.pick<() => Partial<RawRequest> & { readonly kind: string }>([
    // Most requests have bad values, because the operations have many fields.
    ...Array.from({ length: 14 }, () => () => ({ kind: `values of ${operation}`, body: toBody(changeValues(parts, fields, random)) })),
    ...Array.from({ length: 4 }, () => () => answerBadly(random.pick(challenges), all, random)),
    () => ({ kind: `a missing field of ${operation}`, body: toBody(dropFields(parts, random)) }),
    () => ({ kind: `a damaged credential of ${operation}`, body: toBody(damageCredentials(parts, all, random)) }),
    () => ({ kind: 'cut JSON', body: valid.subarray(0, 1 + random.below(valid.length - 1)), isRefused: true }),
    () => ({
      kind: 'no object',
      body: Buffer.from(random.pick(['null', '[]', '1', '"x"', 'true', '{', '{]', 'NaN', '\u0000'])),
      isRefused: true,
    }),
    () => ({ kind: 'bytes that are not UTF-8', body: Buffer.from([0x7b, 0xff, 0xfe, 0x80, random.below(256), 0x7d]), isRefused: true }),
    () => ({ kind: 'deep JSON', body: Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`), isRefused: true }),
    () => ({ kind: 'the wrong operation', headers: createHeaders(random.pick(WRONG_OPERATIONS)), isRefused: true }),
    () => ({ kind: 'the wrong target', headers: { ...plain.headers, 'x-amz-target': random.pick(WRONG_TARGETS) }, isRefused: true }),
    () => ({ kind: 'a missing header', headers: dropHeader(plain.headers, random) }),
    () => ({ kind: 'the wrong method', method: random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']), isRefused: true }),
    () => ({ kind: 'the wrong path', path: random.pick(WRONG_PATHS), isRefused: true }),
    () => ({ kind: 'the wrong content type', headers: { ...plain.headers, 'content-type': random.pick(WRONG_TYPES) } }),
    () => ({ kind: 'a foreign host', headers: { ...plain.headers, host: random.pick(FOREIGN_HOSTS) }, isRefused: true }),
    () => ({ kind: 'a foreign origin', headers: { ...plain.headers, origin: random.pick(FOREIGN_ORIGINS) }, isRefused: true }),
    () => ({ kind: 'a cut body', isCut: true }),
    ...(random.chance(0.05)
      ? [() => ({ kind: 'a long body', body: Buffer.from(`{"Username":"${'x'.repeat(MANY_BYTES)}"}`), isRefused: true })]
      : []),
  ])
  return { ...plain, body: valid, ...make() }
}

const WRONG_OPERATIONS: readonly string[] = [...PROTOTYPE_NAMES, 'Nothing', '', 'signUp', 'SignUp/x', 'AdminListDevices']
const WRONG_TARGETS: readonly string[] = ['', 'SignUp', 'AWSCognitoIdentityService.GetId', '.', 'AWSCognitoIdentityProviderService', '%00']
const WRONG_PATHS: readonly string[] = [
  ...['//', '/%', '/%ff', '/x', '/us-east-1_none/.well-known/jwks.json', '/.well-known/openid-configuration'],
  ...['/__proto__/.well-known/jwks.json', '/_lifeguard', '/_lifeguard/nothing', '//example.com/', '/\\', '///x:y@z'],
]
const WRONG_TYPES: readonly string[] = ['text/plain', 'application/json', 'multipart/form-data', '', 'application/x-www-form-urlencoded']
const FOREIGN_HOSTS: readonly string[] = [
  'example.com',
  'localhost.example.com',
  '127.0.0.1.nip.io',
  'localhost:',
  '[::2]',
  'a b',
  '__proto__',
  '@',
]
const FOREIGN_ORIGINS: readonly string[] = ['https://example.com', 'null', 'http://localhost.example.com', 'file://', 'x', 'http://']

function toParts(fields: Fields): Parts {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]))
}

/** Answers an open challenge with a bad text, under its own name or under that of another challenge. */
function answerBadly(
  { ChallengeName, Session, ChallengeResponses }: OpenChallenge,
  { ClientId }: Fields,
  random: Random,
): Pick<RawRequest, 'kind' | 'headers' | 'body'> {
  const name = random.pick(Object.keys(ChallengeResponses))
  const bad = random.chance(0.5) ? random.pick(HARD_TEXTS) : damage(ChallengeResponses[name] ?? '', random)
  const responses = {
    ...ChallengeResponses,
    [name]: bad,
    ...(random.chance(0.3) && { [`userAttributes.${random.pick(PROTOTYPE_NAMES)}`]: 'x' }),
  }
  const input = {
    ClientId,
    Session,
    ChallengeName: random.chance(0.8) ? ChallengeName : random.pick(CHALLENGES),
    ChallengeResponses: responses,
  }
  return { kind: `a bad ${name} for ${ChallengeName}`, headers: createHeaders('RespondToAuthChallenge'), body: toBody(toParts(input)) }
}

function createHeaders(operation: string): Record<string, string> {
  return {
    'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    'content-type': 'application/x-amz-json-1.1',
    authorization: SIGNED,
  }
}

function dropHeader(headers: Readonly<Record<string, string>>, random: Random): Record<string, string> {
  const dropped = random.pick(Object.keys(headers))
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== dropped))
}

/** Gives some fields a bad value, or a part of one. */
function changeValues(parts: Parts, fields: Fields, random: Random): Parts {
  const changed = { ...parts }
  const names = Object.keys(parts)
  if (names.length === 0) return { ClientId: pickBadValue(random) }
  for (let count = 1 + random.below(3); count > 0; count--) {
    const name = random.pick(names)
    const value = fields[name]
    changed[name] = isObject(value) && random.chance(0.6) ? changeMember(value, random) : pickBadValue(random)
  }
  if (random.chance(0.2)) changed.AuthFlow = JSON.stringify(random.pick(FLOWS))
  if (random.chance(0.2)) changed.ChallengeName = JSON.stringify(random.pick(CHALLENGES))
  if (random.chance(0.1)) changed[random.pick(PROTOTYPE_NAMES)] = pickBadValue(random)
  return changed
}

const FLOWS = ['USER_SRP_AUTH', 'CUSTOM_AUTH', 'USER_AUTH', 'REFRESH_TOKEN_AUTH', 'ADMIN_USER_PASSWORD_AUTH', ...PROTOTYPE_NAMES]
const CHALLENGES = [
  ...['PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'SMS_MFA', 'SOFTWARE_TOKEN_MFA', 'SELECT_MFA_TYPE', 'MFA_SETUP', 'EMAIL_OTP'],
  ...['SELECT_CHALLENGE', 'PASSWORD', 'PASSWORD_SRP', 'WEB_AUTHN', ...PROTOTYPE_NAMES],
]

function changeMember(value: Fields, random: Random): string {
  const names = [...Object.keys(value), random.pick(PROTOTYPE_NAMES), random.pick(HARD_TEXTS)]
  const chosen = random.pick(names)
  const members = Object.entries(value).filter(([name]) => name !== chosen)
  const kept = members.map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`)
  return `{${[...kept, `${JSON.stringify(chosen)}:${pickBadValue(random)}`].join(',')}}`
}

function dropFields(parts: Parts, random: Random): Parts {
  const share = random.pick([0.02, 0.5, 1])
  return Object.fromEntries(Object.entries(parts).filter(() => !random.chance(share)))
}

function damageCredentials(parts: Parts, fields: Fields, random: Random): Parts {
  const name = random.pick(['AccessToken', 'RefreshToken', 'Session', 'Token', 'ClientId', 'UserPoolId'])
  return { ...parts, [name]: JSON.stringify(damage(String(fields[name]), random)) }
}

function toBody(parts: Parts): Buffer {
  return Buffer.from(
    `{${Object.entries(parts)
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
      .join(',')}}`,
  )
}
