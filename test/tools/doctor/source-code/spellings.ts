/** A spelling of a handler, and the facts that doctor must read from it. */
export interface Spelling {
  readonly code: string
  /** The name of the handler's export; `handler` by default. */
  readonly exported?: string
  /** `callback` for a third parameter, the name of a removed method, `verifies` for autoVerifyEmail. */
  readonly facts: readonly (
    | 'callback'
    | 'done'
    | 'succeed'
    | 'fail'
    | 'verifies'
    | 'unknown callback'
    | 'unknown method'
    | 'unknown verifies'
  )[]
}

const nothing = { facts: [] } as const
const callback = { facts: ['callback'] } as const
const done = { facts: ['done'] } as const
const verifies = { facts: ['verifies'] } as const
const unknown = { facts: ['unknown callback', 'unknown method', 'unknown verifies'] } as const

/** Handlers that take a callback, or seem to. */
const CALLBACKS: readonly Spelling[] = [
  { code: 'exports.handler = (event, context, callback) => { callback(null, event) }', ...callback },
  { code: 'exports.handler = async (event, context, callback) => event', ...callback },
  { code: 'exports.handler = function handler(event, context, callback) { return event }', ...callback },
  { code: 'exports.preSignUp = (event, context, callback) => { callback(null, event) }', exported: 'preSignUp', ...callback },
  { code: 'exports.other = (event, context, callback) => 0; exports.handler = async (event) => event', ...nothing },
  { code: 'const main = (event, context, callback) => { callback(null, event) }\nexports.handler = main', ...callback },
  { code: 'function handler(event, context, callback) {}\nmodule.exports = { handler }', ...callback },
  { code: 'module.exports = { handler(event, context, callback) {} }', ...callback },
  { code: 'module.exports = { handler: function (event, context, callback) {} }', ...callback },
  { code: 'module.exports.handler = (event, context, callback) => {}', ...callback },
  { code: `exports['handler'] = (event, context, callback) => {}`, ...callback },
  { code: 'const api = {}; api.handler = (event, context, callback) => {}; module.exports = api', ...callback },
  { code: 'Object.assign(exports, { handler: (event, context, callback) => {} })', ...callback },
  {
    code: `Object.defineProperty(exports, 'handler', { enumerable: true, get: () => main })\nfunction main(event, context, callback) {}`,
    ...callback,
  },
  { code: 'exports.handler = void 0\nconst handler = (event, context, callback) => {}\nexports.handler = handler', ...callback },
  { code: 'export const handler = (event, context, callback) => {}', ...callback },
  { code: 'export function handler(event, context, callback) {}', ...callback },
  { code: 'export async function handler(event, context, callback) {}', ...callback },
  { code: 'const main = (event, context, callback) => {}\nexport { main as handler }', ...callback },
  { code: `const main = (event, context, callback) => {}\nexport { main as 'handler' }`, ...callback },
  { code: 'export default (event, context, callback) => {}', exported: 'default', ...callback },
  { code: 'export default function (event, context, callback) {}', exported: 'default', ...callback },
  { code: 'export const { handler } = { handler: (event, context, callback) => {} }', ...callback },
  { code: 'let handler\nhandler = (event, context, callback) => {}\nexport { handler }', ...callback },
  { code: 'exports.handler = process.env.A ? (event, context, callback) => {} : (event) => event', ...callback },
  { code: 'exports.handler = (event = {}, context = {}, callback) => callback(null, event)', ...callback },
  { code: 'exports.handler = (event, context, { a }) => a', ...callback },
  { code: 'exports.handler = ({ request }, { awsRequestId }) => ({ request, awsRequestId })', ...nothing },
  { code: 'exports.handler = async ({ request: { userAttributes, clientMetadata, validationData } }) => event', ...nothing },
  { code: 'exports.handler = async (event, { a, b, c }) => event', ...nothing },
  { code: 'exports.handler = async (event = { a: [1, 2, 3] }) => event', ...nothing },
  { code: 'exports.handler = function (event) { arguments[2](null, event) }', ...callback },
  { code: 'exports.handler = function () { const [event, context, done] = arguments; done(null, event) }', ...callback },
  { code: 'exports.handler = (...args) => args[2](null, args[0])', ...callback },
  { code: 'exports.handler = (event, ...rest) => { const [, callback] = rest; callback(null, event) }', ...callback },
  { code: 'exports.handler = (event, context, ...rest) => event', ...nothing },
  { code: 'exports.handler = (event, ...[context, callback]) => callback(null, event)', ...callback },
  { code: 'exports.handler = (...args) => main(...args)\nconst main = (event, context, callback) => callback(null, event)', ...callback },
  { code: 'exports.handler = (event, context, callback = () => {}) => event', ...nothing },
  { code: 'exports.handler = (event, context, callback = () => {}) => callback(null, event)', facts: ['unknown callback'] },
  { code: `const main = require('./main')\nexports.handler = (...args) => main(...args)`, facts: ['unknown callback'] },
  { code: 'exports.handler = async (event) => { const inner = (a, b, c) => c; return inner(event, 1, 2) }', ...nothing },
  { code: `const middy = require('middy')\nexports.handler = middy((event, context, callback) => {})`, ...unknown },
  { code: `const { wrap } = require('./wrap')\nexports.handler = wrap(async (event) => event)`, ...unknown },
  { code: 'const wrap = (inner) => async (event) => inner(event)\nexports.handler = wrap(async (event) => event)', ...nothing },
  { code: 'const wrap = (inner) => inner\nexports.handler = wrap((event, context, callback) => {})', ...callback },
  { code: `export { handler } from './main.js'`, ...unknown },
  { code: `export * from './main.js'`, ...unknown },
  { code: `module.exports = require('./main')`, ...unknown },
  { code: `import { handler } from './main.js'\nexport { handler }`, ...unknown },
  { code: 'class Main { static handler(event, context, callback) {} }\nexports.handler = Main.handler', ...unknown },
  { code: 'exports.other = (event, context, callback) => {}', ...unknown },
  {
    code: `var a_exports = {}; __export(a_exports, { handler: () => handler }); module.exports = __toCommonJS(a_exports)
      var handler = (event, context, callback) => {}
      0 && (module.exports = { handler })`,
    ...callback,
  },
  { code: '#!/usr/bin/env node\nexports.handler = (event, context, callback) => {}', ...callback },
  { code: 'if (process.env.A) return\nexports.handler = (event, context, callback) => {}', ...callback },
]

/** Handlers that call a method of the context that Lambda removed, or seem to. */
const METHODS: readonly Spelling[] = [
  { code: 'exports.handler = function (event, context) { context.done(null, event) }', ...done },
  { code: 'exports.handler = function (event, ctx) { ctx.done(null, event) }', ...done },
  { code: 'exports.handler = function (event, { done }) { done(null, event) }', ...done },
  { code: 'exports.handler = (event, { done: finish }) => finish(null, event)', ...done },
  { code: 'exports.handler = (event, context) => { const { done } = context; done(null, event) }', ...done },
  { code: 'exports.handler = (event, context) => { let end; ({ done: end } = context); end(null, event) }', ...done },
  { code: 'exports.handler = (event, context) => { const { awsRequestId, ...rest } = context; rest.done(null, event) }', ...done },
  { code: `exports.handler = (event, context) => context['done'](null, event)`, ...done },
  { code: 'exports.handler = (event, context) => context[`done`](null, event)', ...done },
  { code: `const NAME = 'done'\nexports.handler = (event, context) => context[NAME](null, event)`, ...done },
  { code: 'exports.handler = (event, context) => context?.done(null, event)', ...done },
  { code: 'exports.handler = (event, context) => context.done?.(null, event)', ...done },
  { code: 'exports.handler = (event, context) => context.done.call(context, null, event)', ...done },
  { code: 'exports.handler = (event, context) => { const end = context.done.bind(context); end(null, event) }', ...done },
  { code: 'exports.handler = (event, context) => (0, context.done)(null, event)', ...done },
  { code: 'exports.handler = (event, context) => context.succeed(event)', facts: ['succeed'] },
  { code: 'exports.handler = (event, context) => { if (event.bad) context.fail(new Error()); return event }', facts: ['fail'] },
  { code: 'exports.handler = (event, context) => ask(event).then(context.succeed)\nconst ask = async (e) => e', facts: ['succeed'] },
  { code: 'const finish = (event, c) => c.done(null, event)\nexports.handler = (event, context) => finish(event, context)', ...done },
  { code: 'function finish({ done }, event) { done(null, event) }\nexports.handler = (event, context) => finish(context, event)', ...done },
  { code: 'exports.handler = (event, context) => { const c = context; setTimeout(() => c.done(null, event), 1) }', ...done },
  {
    code: 'let saved\nexports.handler = (event, context) => { saved = context; end(event) }\nconst end = (e) => saved.done(null, e)',
    ...done,
  },
  { code: 'exports.handler = function () { arguments[1].done(null, arguments[0]) }', ...done },
  { code: 'exports.handler = (...args) => args[1].done(null, args[0])', ...done },
  { code: 'exports.handler = (event, context) => event', ...nothing },
  { code: 'exports.handler = async (event, context) => { context.getRemainingTimeInMillis(); return event }', ...nothing },
  { code: 'const context = { done: (value) => value }\nexports.handler = async (event) => context.done(event)', ...nothing },
  {
    code: 'const run = (event, context) => context.done(event)\nexports.handler = async (event) => run(event, { done: (e) => e })',
    ...nothing,
  },
  {
    code: 'exports.handler = async (event, context) => { { const context = { done: (e) => e }; return context.done(event) } }',
    ...nothing,
  },
  { code: 'exports.handler = async (event) => [1].map((context) => context.done(event))', ...nothing },
  { code: 'exports.handler = async (context) => context.done', ...nothing },
  { code: 'exports.other = (event, context) => context.done(); exports.handler = async (event) => event', ...nothing },
  { code: `const advice = 'never call context.done() here'\nexports.handler = async (event) => event`, ...nothing },
  { code: '// context.done(null, event)\nexports.handler = async (event) => event', ...nothing },
  { code: `const { log } = require('./log')\nexports.handler = async (event, context) => { log(context); return event }`, ...nothing },
]

/** Handlers that mark an email as verified, or seem to. */
const VERIFIED: readonly Spelling[] = [
  { code: 'exports.handler = async (event) => { event.response.autoVerifyEmail = true; return event }', ...verifies },
  { code: `exports.handler = async (event) => { event.response['autoVerifyEmail'] = true; return event }`, ...verifies },
  { code: `exports.handler = async (event) => { event['response']['autoVerifyEmail'] = !0; return event }`, ...verifies },
  { code: `const F = 'autoVerifyEmail'\nexports.handler = async (event) => { event.response[F] = true; return event }`, ...verifies },
  {
    code: 'exports.handler = async (e) => { Object.assign(e.response, { autoConfirmUser: true, autoVerifyEmail: true }); return e }',
    ...verifies,
  },
  { code: 'exports.handler = async (e) => Object.assign(e, { response: { autoVerifyEmail: true } })', ...verifies },
  { code: 'exports.handler = async (event) => ({ ...event, response: { ...event.response, autoVerifyEmail: true } })', ...verifies },
  { code: 'exports.handler = async (e) => { const response = { autoVerifyEmail: true }; return { ...e, response } }', ...verifies },
  {
    code: 'exports.handler = async (e) => { const r = { ...e.response }; r.autoVerifyEmail = true; e.response = r; return e }',
    ...verifies,
  },
  { code: 'exports.handler = async (e) => { e.response = { autoConfirmUser: true, autoVerifyEmail: true }; return e }', ...verifies },
  { code: 'exports.handler = async (event) => { const { response } = event; response.autoVerifyEmail = true; return event }', ...verifies },
  {
    code: 'exports.handler = async ({ response, ...event }) => { response.autoVerifyEmail = true; return { ...event, response } }',
    ...verifies,
  },
  {
    code: 'const verify = (response) => { response.autoVerifyEmail = true }\nexports.handler = async (e) => { verify(e.response); return e }',
    ...verifies,
  },
  {
    code: 'exports.handler = (e, c, callback) => { callback(null, { ...e, response: { autoVerifyEmail: true } }) }',
    facts: ['callback', 'verifies'],
  },
  {
    code: 'exports.handler = (e, c) => { c.succeed({ version: 1, response: { autoVerifyEmail: true } }) }',
    facts: ['succeed', 'verifies'],
  },
  { code: 'const fields = { autoVerifyEmail: true }\nexports.handler = async (e) => ({ ...e, response: { ...fields } })', ...verifies },
  {
    code: 'exports.handler = async (e) => ask().then(() => ({ ...e, response: { autoVerifyEmail: true } }))\nconst ask = async () => 1',
    ...verifies,
  },
  {
    code: 'exports.handler = async (e) => { e.response.autoVerifyEmail = e.request.userAttributes.email.endsWith("@a.com"); return e }',
    ...verifies,
  },
  { code: 'exports.handler = async (e) => { e.response.autoVerifyEmail = e.userName === "x"; return e }', ...verifies },
  {
    code: 'exports.handler = async (e) => { const copy = structuredClone(e); copy.response.autoVerifyEmail = true; return copy }',
    ...verifies,
  },
  { code: 'exports.handler = async (event) => { event.response.autoVerifyEmail = false; return event }', ...nothing },
  { code: 'exports.handler = async (event) => { event.response.autoVerifyEmail = !1; return event }', ...nothing },
  { code: 'const NEVER = false\nexports.handler = async (event) => { event.response.autoVerifyEmail = NEVER; return event }', ...nothing },
  { code: 'exports.handler = async (event) => { event.response.autoVerifyPhone = true; return event }', ...nothing },
  { code: 'exports.handler = async (e) => { e.response.autoVerifyEmail = e.response.autoVerifyEmail; return e }', ...nothing },
  { code: 'exports.handler = async (event) => { console.log(event.response.autoVerifyEmail === true); return event }', ...nothing },
  { code: `exports.handler = async (event) => { console.log('autoVerifyEmail = true'); return event }`, ...nothing },
  { code: '/* event.response.autoVerifyEmail = true */\nexports.handler = async (event) => event', ...nothing },
  { code: 'exports.handler = async (e) => { delete e.response.autoVerifyEmail; return e }', ...nothing },
  {
    code: 'const sample = { response: { autoVerifyEmail: true } }\nexports.handler = async (e) => { console.log(sample); return e }',
    facts: ['unknown verifies'],
  },
]

/** All spellings. */
export const SPELLINGS: readonly Spelling[] = [...CALLBACKS, ...METHODS, ...VERIFIED]
