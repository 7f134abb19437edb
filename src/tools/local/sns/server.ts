import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { type LocalService, listenOnLoopback } from '../loopback.ts'
import { type Answer, formatErrorAnswer, formatResultAnswer, readCall, SesError } from '../ses/protocol.ts'

/** A text message that the local SNS accepted. */
export interface ReceivedText {
  readonly messageId: string
  /** The phone number. */
  readonly to: string
  readonly text: string
  /** The time of acceptance in ISO 8601, UTC. */
  readonly at: string
}

/** A local SNS: an endpoint for an SDK client, and the accepted text messages. */
export interface LocalSns extends LocalService {
  /** Returns the accepted text messages, oldest first. */
  readonly texts: () => readonly ReceivedText[]
}

const E164 = /^\+[1-9]\d{1,14}$/
// SNS splits a longer message, up to this length.
const MAX_LENGTH = 1600

/**
 * Starts a local SNS that sends nothing. It supports only Publish to a phone number.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @example
 * const sns = await startSns()
 * // ... send ...
 * sns.texts().map(({ text }) => text)
 */
export async function startSns(): Promise<LocalSns> {
  const texts: ReceivedText[] = []
  const service = await listenOnLoopback(
    createServer((request, response) => {
      text(request)
        .then((body) => {
          const answer = publish(body, (received) => texts.push(received))
          response.writeHead(answer.status, answer.headers).end(answer.body)
        })
        // The client disconnected.
        .catch(() => response.destroy())
    }),
  )
  return { ...service, texts: () => [...texts] }
}

function publish(body: string, accept: (received: ReceivedText) => void): Answer {
  const { action, parameter } = readCall(body)
  const [to = '', message = ''] = [parameter('PhoneNumber'), parameter('Message')]
  const fault =
    action !== 'Publish'
      ? new SesError('InvalidAction', 'The local SNS supports only Publish to a phone number.')
      : !E164.test(to)
        ? new SesError('InvalidParameter', 'Invalid parameter: PhoneNumber Reason: not valid to publish to')
        : message === '' || message.length > MAX_LENGTH
          ? new SesError('InvalidParameter', 'Invalid parameter: Message')
          : undefined
  if (fault !== undefined) return formatErrorAnswer(fault)
  const messageId = randomUUID()
  accept({ messageId, to, text: message, at: new Date().toISOString() })
  return formatResultAnswer('Publish', { MessageId: messageId })
}
