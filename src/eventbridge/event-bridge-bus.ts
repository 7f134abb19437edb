import { EventBridgeServiceException, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { BusEvent, EventBus } from '../rules/event-bus.ts'
import type { EventBridge } from '../shared/aws/event-bridge.ts'
import { sendCommand } from '../shared/aws/send-command.ts'
import { assertOptions, describeValue } from '../shared/rules/arguments.ts'
import { LifeguardError, NotDoneError } from '../shared/rules/errors.ts'

/** Options of {@link eventBridgeBus}. */
export interface EventBridgeBusOptions {
  /** The client: `eventBridgeClient()`. */
  readonly eventBridge: EventBridge
  /** The ARN of the bus. */
  readonly busArn: string
  /** The source of the events, by which receivers choose them, such as `example.users`. AWS reserves `aws.`. */
  readonly source: string
}

/** Thrown if EventBridge rejected an event. Contains no part of the event. */
export class EventRejectedError extends LifeguardError {
  override readonly name = 'EventRejectedError'
  override readonly code = 'event-rejected'
  constructor(code: string | undefined) {
    super(`EventBridge rejected the event: ${code ?? 'without a code'}`)
  }
}

const OWNER = 'eventBridgeBus()'
const BUS_ARN = /^arn:aws[\w-]*:events:[\w-]+:\d{12}:event-bus\/[\w./-]+$/
const SOURCE = /^(?!aws\.)[\w./-]{1,256}$/

/**
 * Makes a bus that publishes events to Amazon EventBridge, one `PutEvents` for each. It needs the package `@aws-sdk/client-eventbridge`.
 *
 * `publish` throws `NotDoneError` if the event was certainly not published.
 *
 * @throws TypeError if an option is invalid.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 * @example
 * publishEvent(eventBridgeBus({ eventBridge: eventBridgeClient(), busArn, source: 'example.users' }), { type: 'UserConfirmed' })
 */
export function eventBridgeBus(options: EventBridgeBusOptions): EventBus {
  assertOptions(OWNER, options, ['eventBridge', 'busArn', 'source'])
  const { eventBridge, busArn, source } = options
  if (typeof eventBridge !== 'function')
    throw new TypeError(`${OWNER}: eventBridge is ${describeValue(eventBridge)}; expected eventBridgeClient()`)
  assertText('busArn', busArn, BUS_ARN, 'the ARN of a bus, such as arn:aws:events:eu-west-1:111122223333:event-bus/users')
  assertText('source', source, SOURCE, "1 to 256 letters, digits, '.', '/', '_' or '-', such as example.users, that do not start with aws.")
  return {
    permissions: [{ actions: ['events:PutEvents'], resource: 'EVENT_BUS_ARN' }],
    async publish(event, signal) {
      const command = createCommand(event, busArn, source)
      const send = async (each: PutEventsCommand): Promise<void> => {
        const { FailedEntryCount = 0, Entries = [] } = await eventBridge().send(each, { abortSignal: signal })
        // EventBridge answers 200 although it rejected the only event.
        if (FailedEntryCount > 0) throw new NotDoneError(new EventRejectedError(Entries[0]?.ErrorCode))
      }
      await sendCommand(command, send, EventBridgeServiceException, signal)
    },
  }
}

/**
 * Creates the request for one event.
 *
 * @throws NotDoneError if the data cannot become JSON, such as a BigInt.
 */
function createCommand({ type, detail }: BusEvent, busArn: string, source: string): PutEventsCommand {
  try {
    return new PutEventsCommand({ Entries: [{ EventBusName: busArn, Source: source, DetailType: type, Detail: JSON.stringify(detail) }] })
  } catch (error) {
    throw new NotDoneError(error)
  }
}

function assertText(name: string, value: unknown, pattern: RegExp, expected: string): void {
  if (typeof value === 'string' && pattern.test(value)) return
  throw new TypeError(
    `${OWNER}: ${name} is ${typeof value === 'string' ? JSON.stringify(value) : describeValue(value)}; expected ${expected}`,
  )
}
