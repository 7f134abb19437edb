import { maskInitErrors, type Rule, type TriggerHandler } from 'cognito-lifeguard'
import { type CustomMessage, customMessage, type LimitMessagesOptions, limitMessages, messages } from 'cognito-lifeguard/custom-message'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { defaultCatalogue } from './default-catalogue.ts'
import { customMessageSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(customMessageSettings, process.env))
const { MESSAGE_APP_NAME: appName, EMAIL_SENDING: emailSending, MESSAGES_PER_HOUR: max, LIMIT_TABLE: table } = settings

/** Loads the counter and the AWS SDK from a separate chunk during init. A function without a limit does not load them. */
function countInTable(name: string): LimitMessagesOptions['counter'] {
  const loading = import('./table-counter.ts').then((chunk) => chunk.tableCounter(name))
  // Avoids an unhandled rejection. The first message that awaits `loading` rejects with the same error.
  loading.catch(() => undefined)
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],
    count: async (...args) => (await loading).count(...args),
  }
}

const rules: readonly Rule<CustomMessage>[] = [
  ...(max !== undefined && table !== undefined
    ? [limitMessages({ counter: countInTable(table), perUser: { max, windowSeconds: 3600 } })]
    : []),
  // Throws if the name of the application is too long for an SMS.
  maskInitErrors(() => messages(defaultCatalogue(appName), { emailSending })),
]

/** Writes the messages of the pool in English or German, and limits them if a limit is set. After an error, Cognito sends its own message. */
export const handler: TriggerHandler<CustomMessage> = customMessage(logging(settings), ...rules)
