import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EventBridgeBusOptions, eventBridgeBus } from '../../src/eventbridge/event-bridge-bus.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { denyEvents } from '../../src/rules/deny-events.ts'
import type { EventBus } from '../../src/rules/event-bus.ts'
import { eventBridgeClient } from '../../src/shared/aws/event-bridge.ts'
import { NotDoneError } from '../../src/shared/rules/errors.ts'
import { deny } from '../../src/shared/rules/outcome.ts'
import { endpointEnvironment, stubEnvironment } from '../support/environment.ts'
import { preSignUpEvent } from '../support/events.ts'
import { type Behaviour, startTroubledService, type TroubledService } from '../support/troubled-service.ts'

const { signal } = new AbortController()
const busArn = 'arn:aws:events:eu-west-1:111122223333:event-bus/users'
const source = 'example.users'
const event = { type: 'UserConfirmed', detail: { sub: 'a', name: 'Grüße' } }

const answer =
  (status: number, body: object): Behaviour =>
  ({ response }) =>
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
const sent: unknown[] = []
const accept: Behaviour = (call) => {
  sent.push(JSON.parse(call.body))
  answer(200, { FailedEntryCount: 0, Entries: [{ EventId: '1' }] })(call)
}

let behave = accept
let service: TroubledService
let bus: EventBus
const opened: (() => void)[] = []

beforeEach(async () => {
  behave = accept
  sent.length = 0
  service = await startTroubledService((call) => behave(call))
  stubEnvironment({ ...endpointEnvironment({}), AWS_ENDPOINT_URL_EVENTBRIDGE: service.endpoint })
  const eventBridge = eventBridgeClient()
  opened.push(() => eventBridge().destroy())
  bus = eventBridgeBus({ eventBridge, busArn, source })
})
afterEach(async () => {
  for (const close of opened.splice(0)) close()
  await service.stop()
  vi.unstubAllEnvs()
})

const catchError = async (): Promise<unknown> =>
  bus.publish(event, signal).then(
    () => undefined,
    (error) => error,
  )

describe('eventBridgeBus', () => {
  it('publishes one event, with its data as JSON', async () => {
    await bus.publish(event, signal)
    const Detail = JSON.stringify(event.detail)
    expect(sent).toEqual([{ Entries: [{ EventBusName: busArn, Source: source, DetailType: 'UserConfirmed', Detail }] }])
  })

  it('publishes the denials of denyEvents', async () => {
    const rule = preSignUp.rule('closed', () => deny('closed', 'Closed'))
    const decision = await preSignUp(denyEvents(bus, rule)).decide(preSignUpEvent())
    expect(decision.trace.at(-1)).toMatchObject({ rule: 'publish-denial', reason: 'denial-published' })
    expect(sent).toMatchObject([{ Entries: [{ DetailType: 'UserDenied' }] }])
  })

  it('throws NotDoneError if EventBridge answers that it rejected the event', async () => {
    behave = answer(200, { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'No' }] })
    const error = await catchError()
    expect(error).toBeInstanceOf(NotDoneError)
    expect(error).toMatchObject({ reason: 'event-rejected', cause: { message: 'EventBridge rejected the event: InternalFailure' } })
    behave = answer(200, { FailedEntryCount: 1 })
    expect(await catchError()).toMatchObject({ cause: { message: 'EventBridge rejected the event: without a code' } })
  })

  it('throws NotDoneError if EventBridge refuses the request, after one attempt', async () => {
    behave = answer(400, { __type: 'ThrottlingException' })
    expect(await catchError()).toBeInstanceOf(NotDoneError)
    expect(service.calls()).toBe(1)
  })

  it('throws NotDoneError for data that cannot become JSON', async () => {
    const error = await bus.publish({ ...event, detail: { count: 1n } }, signal).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'NotDoneError', reason: 'TypeError' })
    expect(service.calls()).toBe(0)
  })

  it('throws another error after a 500 or a lost connection, because the event may be published', async () => {
    for (const trouble of [answer(500, { __type: 'InternalException' }), (({ request }) => request.socket.destroy()) satisfies Behaviour]) {
      behave = trouble
      const error = await catchError()
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(NotDoneError)
    }
  })

  it('declares the permission for the bus of its setting', () => {
    expect(bus.permissions).toEqual([{ actions: ['events:PutEvents'], resource: 'EVENT_BUS_ARN' }])
  })

  const eventBridge = eventBridgeClient()
  it.each<readonly [unknown, string]>([
    [undefined, 'the options are undefined'],
    [{ busArn, source }, 'eventBridge is undefined; expected eventBridgeClient()'],
    [{ eventBridge, busArn: 'users', source }, 'busArn is "users"; expected the ARN of a bus'],
    [{ eventBridge, source }, 'busArn is undefined; expected the ARN of a bus'],
    [{ eventBridge, busArn, source: 'aws.users' }, 'source is "aws.users"; expected 1 to 256 letters'],
    [{ eventBridge, busArn, source, bus: 'a' }, "unknown option 'bus'"],
  ] satisfies readonly (readonly [unknown | EventBridgeBusOptions, string])[])('throws for the invalid options %o', (options, message) => {
    expect(() => Reflect.apply(eventBridgeBus, undefined, [options])).toThrow(message)
  })
})
