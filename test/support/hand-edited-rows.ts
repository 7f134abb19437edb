import type { CognitoEvent } from '../../src/shared/cognito/event.ts'
import { effectPk } from '../../src/shared/ledger/effect-item.ts'
import { postConfirmationEvent } from './events.ts'

type Row = Readonly<Record<string, unknown>>

const PAST = '2026-05-01T12:00:00.000Z'
const KEY = { userPoolId: 'eu-west-1_Example', sub: 'edited', effect: 'send-welcome-email' }
const EVENT = postConfirmationEvent({ sub: KEY.sub, email: 'edited@example.com', email_verified: 'true' }, { userPoolId: KEY.userPoolId })

/** A pending row whose `dueAt` has passed, in the format of `dynamoLedger` and `dynamoPendingEffects`. */
export const dueRow: Row = {
  ...KEY,
  pk: effectPk(KEY),
  state: 'pending',
  queue: 'pending',
  delivery: 'at-least-once',
  attempt: 1,
  dueAt: PAST,
  createdAt: PAST,
  updatedAt: PAST,
  event: JSON.stringify(EVENT),
  triggerSource: EVENT.triggerSource,
  appClient: 'client1',
}

/** Values of all DynamoDB types, none of which is a valid string. */
const OTHER_TYPES: readonly unknown[] = [7, true, null, '', [], ['x'], {}, { S: 'x' }, new Set(['x']), new Uint8Array([1])]
const without = (name: string): Row => Object.fromEntries(Object.entries(dueRow).filter(([each]) => each !== name))
const event = (change: Partial<Record<keyof CognitoEvent, unknown>>): string => JSON.stringify({ ...EVENT, ...change })

const ALWAYS_THERE = ['userPoolId', 'sub', 'effect', 'state', 'delivery', 'attempt']
const THERE_OR_ABSENT = ['token', 'createdSince', 'event', 'triggerSource', 'appClient']

/** Rows that were edited by hand. Each has the name of the invalid attribute, and a description of the error. */
export const handEdited: readonly (readonly [string, string, Row])[] = [
  ...ALWAYS_THERE.map((name) => [name, 'missing', without(name)] as const),
  ...[...ALWAYS_THERE, ...THERE_OR_ABSENT].flatMap((name) =>
    OTHER_TYPES.filter((value) => !(name === 'attempt' && value === 7)).map(
      (value, index) => [name, `of another type (${index})`, { ...dueRow, [name]: value }] as const,
    ),
  ),
  ...['Pending', 'done', 'unknown', 'failed', 'pending '].map((state) => ['state', state, { ...dueRow, state }] as const),
  ...['At-most-once', 'never'].map((delivery) => ['delivery', delivery, { ...dueRow, delivery }] as const),
  ...[-1, 0.5, 1e20, '1'].map((attempt) => ['attempt', String(attempt), { ...dueRow, attempt }] as const),
  ...['', '0', '2026', '2026-05-01', '2026-05-01T12:00:00Z', '2026-13-01T00:00:00.000Z', 'soon', '9999-12-31T00:00:00.000Z', 'ｚ'].map(
    (dueAt) => ['dueAt', dueAt, { ...dueRow, dueAt }] as const,
  ),
  ...['yesterday', '2026-05-01', '0'].map((createdSince) => ['createdSince', createdSince, { ...dueRow, createdSince }] as const),
  ['userPoolId', 'of another row', { ...dueRow, userPoolId: 'eu-west-1_Another' }],
  ['sub', 'of another user', { ...dueRow, sub: 'another' }],
  ['effect', 'of another row', { ...dueRow, effect: 'send-a-gift' }],
  ['pk', 'of no effect', { ...dueRow, pk: 'x' }],
  ...(
    [
      ['garbage', '{'],
      ['a number', '7'],
      ['a list', '[]'],
      ['null', 'null'],
      ['without a request', event({ request: undefined })],
      ['with a request that is text', event({ request: 'x' })],
      ['with attributes that are a list', event({ request: { userAttributes: [] } })],
      ['with no attributes', event({ request: {} })],
      ['with an attribute that is a number', event({ request: { userAttributes: { sub: KEY.sub, email: 7 } } })],
      ['with an attribute that is an object', event({ request: { userAttributes: { sub: KEY.sub, email: {} } } })],
      ['of another user', event({ request: { userAttributes: { sub: 'another', email: 'another@example.com', email_verified: 'true' } } })],
      ['of another pool', event({ userPoolId: 'eu-west-1_Another' })],
      ['without a source', event({ triggerSource: undefined })],
      ['with a source that is a number', event({ triggerSource: 7 })],
      ['with a user name that is an object', event({ userName: {} })],
      ['without a caller', event({ callerContext: undefined })],
      ['with an app client that is a number', event({ callerContext: { clientId: 7 } })],
    ] as const
  ).map(([how, text]) => ['event', how, { ...dueRow, event: text }] as const),
]
