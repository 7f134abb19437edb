// A local user pool in a process of its own, with functions that do nothing. Reports each effect to the parent process.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isObject } from '../../../src/shared/rules/invocation.ts'
import { createInbox } from '../../../src/tools/pool/inbox.ts'
import { parseClientSettings } from '../../../src/tools/pool/settings/client-settings.ts'
import { parsePoolSettings } from '../../../src/tools/pool/settings/pool-settings.ts'
import { startPools } from '../../../src/tools/pool/start-pool.ts'
import { createClient, createPool, createStore } from '../../../src/tools/pool/store.ts'
import type { ToParent } from './messages.ts'

const TRIGGERS = ['PreSignUp', 'PostConfirmation', 'PreAuthentication', 'PostAuthentication', 'PreTokenGeneration', 'CustomMessage']

setFlagsFromString('--expose-gc')
const collectGarbage: unknown = runInNewContext('gc')

const inbox = createInbox()
const store = createStore()
const LambdaConfig = Object.fromEntries(TRIGGERS.map((name) => [name, `arn:aws:lambda:us-east-1:000000000000:function:${name}`]))
const settings = parsePoolSettings({
  PoolName: 'load',
  LambdaConfig,
  AutoVerifiedAttributes: ['email'],
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER' },
})
const pool = createPool(store, settings, Date.now())
const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']
const client = createClient(store, pool, parseClientSettings({ ClientName: 'load', ExplicitAuthFlows }), Date.now())

const pools = await startPools({
  store,
  inbox: {
    ...inbox,
    add: (message) => {
      report({ kind: 'effect', effect: 'message', subject: message.to })
      inbox.add(message)
    },
  },
  call: async ({ trigger, event }) => {
    report({ kind: 'effect', effect: trigger, subject: String(event.userName) })
    const response = isObject(event.response) ? event.response : {}
    return { outcome: 'proceed', response, error: null, problem: null, decision: null, attempts: 1, durationMs: 0 }
  },
  encrypt: async (code) => code,
})
report({ kind: 'started', endpoint: pools.endpoint, poolId: pool.id, clientId: client.id })

process.on('message', () => {
  if (typeof collectGarbage === 'function') for (let round = 0; round < 3; round++) collectGarbage()
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  report({ kind: 'memory', rss, heapUsed, cpuMs: (user + system) / 1000 })
})
process.on('disconnect', () => process.exit())

function report(message: ToParent): void {
  process.send?.(message)
}
