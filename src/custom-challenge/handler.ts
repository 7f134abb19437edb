import { defineRule, maskInitErrors, type Rule, type TriggerHandler } from 'cognito-lifeguard'
import {
  type Counter,
  type CreateAuthChallenge,
  customChallenge,
  type DefineAuthChallenge,
  emailCode,
  type Mailer,
  password,
  type VerifyAuthChallengeResponse,
} from 'cognito-lifeguard/custom-challenge'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { customChallengeSettings } from './settings.ts'
import { codeTexts } from './texts.ts'

const settings = maskInitErrors(() => readSettings(customChallengeSettings, process.env))

/** Starts to load a chunk during init, if the function of this process needs the chunk. Lambda names the function in `_HANDLER`. */
function loadFor<Chunk>(load: () => Promise<Chunk>, ...functions: readonly string[]): () => Promise<Chunk> {
  const own = process.env._HANDLER?.split('.').at(-1)
  const loading = own === undefined || functions.includes(own) ? load() : undefined
  // Avoids an unhandled rejection. The first event that awaits `loading` gets the same error.
  loading?.catch(() => undefined)
  return () => loading ?? load()
}

const blocks = settings.BLOCK_TABLE !== undefined
const tables = loadFor(
  async () => (await import('./tables.ts')).openTables(settings),
  ...['create', 'verify', ...(blocks ? ['define'] : [])],
)
const mail = loadFor(async () => (await import('./email.ts')).createMailer(settings), 'create')

const mailer: Mailer = {
  permissions: [{ actions: ['ses:SendEmail'], resource: 'CODE_EMAIL_FROM' }],
  send: async (message, signal) => (await mail()).send(message, signal),
}
const counter: Counter = {
  permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'LIMIT_TABLE' }],
  count: async (...use) => (await tables()).counter.count(...use),
  release: async (...use) => (await tables()).counter.release(...use),
}
const block: Rule<DefineAuthChallenge> = defineRule('block-users', async (ctx, run) => (await tables()).block.evaluate(ctx, run), {
  can: ['deny'],
  judges: 'block',
  permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }],
})

const code = maskInitErrors(() =>
  emailCode({
    mailer,
    texts: codeTexts(settings.CODE_APP_NAME),
    key: settings.CODE_KEY,
    expiresInSeconds: settings.CODE_LIFETIME_SECONDS,
    attempts: settings.CODE_ATTEMPTS,
  }),
)
const handlers = customChallenge({
  steps: settings.SIGN_IN_STEPS === 'password-and-email-code' ? [password(), code] : [code],
  before: blocks ? [block] : [],
  counter,
  messages: { max: settings.CODES_PER_HOUR, windowSeconds: 3600 },
  wrongAnswers: { max: settings.WRONG_CODES_PER_HOUR, windowSeconds: 3600 },
  settings: logging(settings),
})

/** Chooses the next step of a sign-in. */
export const define: TriggerHandler<DefineAuthChallenge> = handlers.define

/** Sends a code by email. */
export const create: TriggerHandler<CreateAuthChallenge> = handlers.create

/** Checks the code that the user typed. */
export const verify: TriggerHandler<VerifyAuthChallengeResponse> = handlers.verify
