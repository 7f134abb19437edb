/** A message that reached a user, or would have. */
export interface InboxMessage {
  /** In ISO 8601, UTC. */
  readonly at: string
  readonly channel: 'email' | 'sms'
  readonly to: string
  readonly subject: string | null
  readonly text: string | null
  readonly html: string | null
  /** The code or the temporary password. Absent for a message of a handler. */
  readonly code?: string
}

/** The messages of a pool: those that Cognito would send, and those that handlers sent through the local SES and SNS. */
export interface Inbox {
  readonly add: (message: InboxMessage) => void
  /** Returns the messages, oldest first. */
  readonly messages: () => readonly InboxMessage[]
}

/**
 * Creates an inbox.
 *
 * @param others Returns the messages of other services.
 * @param keep The number of messages to keep.
 */
export function createInbox(others: () => readonly InboxMessage[] = () => [], keep = 1000): Inbox {
  const own: InboxMessage[] = []
  return {
    add(message) {
      own.push(message)
      if (own.length > keep) own.shift()
    },
    messages: () => {
      const rest = others()
      if (rest.length === 0) return [...own]
      return [...own, ...rest].toSorted((one, two) => (one.at < two.at ? -1 : one.at > two.at ? 1 : 0))
    },
  }
}
