import { describe, expect, it } from 'vitest'
import { createFolder, event, handler, lifeguard } from '../../support/cli/lifeguard.ts'

/** Returns the TypeScript source of a handler with these rules. */
function composed(trigger: string, rules: string): string {
  return `
import { ${trigger} } from '${process.cwd()}/src/${trigger === 'preSignUp' ? 'pre-signup/trigger.ts' : 'post-confirmation/trigger.ts'}'
import { allowEmailDomains } from '${process.cwd()}/src/rules/allow-email-domains.ts'
import { anyOf } from '${process.cwd()}/src/shared/rules/combinators.ts'
import { chain, when } from '${process.cwd()}/src/shared/rules/combinators.ts'
import { failOpen, shadow } from '${process.cwd()}/src/shared/rules/combinators.ts'
import { triggeredBy } from '${process.cwd()}/src/shared/rules/condition.ts'
import { allow, deny, done, skip } from '${process.cwd()}/src/shared/rules/outcome.ts'
import { defineRule } from '${process.cwd()}/src/shared/rules/rule.ts'
const trust = defineRule('trust', () => allow())
const refuse = defineRule('refuse', () => deny('not-today', 'Come back tomorrow'))
const pass = defineRule('pass', () => skip('nothing-to-say'))
const crash = defineRule('crash', () => { throw new RangeError('secret') })
const work = defineRule('work', () => done())
const forget = defineRule('forget', () => undefined)
const later = defineRule('later', async () => { await null; throw new Error('no such\\n  \\u001B[31minvite') })
const text = defineRule('text', () => { throw 'a text' })
const hide = defineRule('hide', () => { throw Object.defineProperty(new Error(), 'message', { get() { throw new Error() } }) })
const asks = () => { throw new TypeError('no answer') }
const strict = defineRule('strict', () => ({ ...deny('not-valid', 'Not valid', 'name: too_small'), explanation: 'name: "x" is too short' }))
export const handler = ${trigger}(${rules})
`
}

async function explained(trigger: string, rules: string, source: string, ...options: string[]) {
  const cwd = await createFolder({ 'event.json': event(source), 'handler.ts': composed(trigger, rules) })
  const finished = await lifeguard(['explain', 'event.json', '--services', 'none', '--handler', `${trigger}=handler.ts`, ...options], {
    cwd,
  })
  return { ...finished, stdout: finished.stdout.replaceAll(/ +[\d.]+ ms/g, '') }
}

describe('lifeguard explain', () => {
  it('prints the explanation of a denial, which the log does not contain', async () => {
    const { stdout } = await explained('preSignUp', 'chain(pass, anyOf(pass, strict))', 'PreSignUp_SignUp')
    expect(stdout).toContain('strict  deny     not-valid')
    expect(stdout).toContain('name: "x" is too short')
  })

  it('prints the explanation of a denial in replay too', async () => {
    const cwd = await createFolder({ 'event.json': event('PreSignUp_SignUp'), 'handler.ts': composed('preSignUp', 'strict') })
    const { stdout } = await lifeguard(['replay', 'event.json', '--services', 'none', '--handler', 'preSignUp=handler.ts'], { cwd })
    expect(stdout).toContain('strict: not-valid')
    expect(stdout).toContain('name: "x" is too short')
  })

  it('prints the composition with the outcome of each rule, and why other rules did not run', async () => {
    const rules = `
      when(triggeredBy('PreSignUp_AdminCreateUser'), pass, chain(trust)),
      anyOf(pass, trust, refuse),
      failOpen(crash),
      shadow(refuse),
      chain(refuse, trust),
      pass`
    const { code, stdout } = await explained('preSignUp', rules, 'PreSignUp_SignUp')
    expect(stdout).toBe(`PreSignUp  event.json  PreSignUp_SignUp

├─ when         skip     condition-false
│  ├─ pass      not run  the condition was false
│  └─ chain     not run  the condition was false
│     └─ trust  not run  chain did not run
├─ any-of       allow
│  ├─ pass      skip     nothing-to-say
│  ├─ trust     allow
│  └─ refuse    not run  trust already allowed
├─ fail-open    skip     failed-open
│  └─ crash     error    RangeError
                         secret (handler.ts:13)
├─ shadow       skip     shadowed
│  └─ refuse    deny     not-today (shadow)
├─ chain        deny     not-today
│  ├─ refuse    deny     not-today
│  └─ trust     not run  refuse already denied
└─ pass         not run  chain already denied

denied by refuse: not-today
→ PreSignUp failed with error Come back tomorrow.
`)
    expect(code).toBe(0)
  })

  it('exits with 1 if the decision is failed because of an error of a rule', async () => {
    const { code, stdout } = await explained('preSignUp', 'crash, trust', 'PreSignUp_SignUp')
    expect(stdout).toContain('├─ crash  error    RangeError')
    expect(stdout).toContain('└─ trust  not run  crash already failed')
    expect(stdout).toContain('failed by crash: RangeError\n→ PreSignUp failed with error Something went wrong, please try again later.')
    expect(code).toBe(1)
  })

  it.each([
    ['later', 'later  error    Error', 'no such \\u001b[31minvite (handler.ts:16)'],
    ['text', 'text  error    error', 'a text'],
    ['forget', 'forget  error    TypeError', "The rule 'forget' must return one of allow, answer, skip, deny"],
    ['when(asks, trust)', 'when      error    TypeError', 'no answer (handler.ts:19)'],
    ['shadow(later)', 'later  error    Error (shadow)', 'no such \\u001b[31minvite (handler.ts:16)'],
    ['anyOf(pass, later)', 'later  error    Error', 'no such \\u001b[31minvite (handler.ts:16)'],
  ])('prints the error of a rule and its source line once: %s', async (rules, line, cause) => {
    const { stdout } = await explained('preSignUp', rules, 'PreSignUp_SignUp')
    expect(stdout).toContain(`─ ${line}`)
    expect(stdout.split('\n').filter((each) => each.trim().startsWith(cause))).toHaveLength(1)
  })

  it('prints the error of a rule if the rule and the composition are frozen objects', async () => {
    const { stdout } = await explained('preSignUp', 'Object.freeze(chain(Object.freeze(later)))', 'PreSignUp_SignUp')
    expect(stdout).toContain('─ later  error    Error\n')
    expect(stdout).toContain('no such \\u001b[31minvite (handler.ts:16)')
  })

  it('prints the errors of two rules with the same name', async () => {
    const { stdout } = await explained('preSignUp', 'failOpen(later), failOpen(later)', 'PreSignUp_SignUp')
    expect(stdout.split('no such \\u001b[31minvite (handler.ts:16)')).toHaveLength(3)
  })

  it('prints only the name of an error whose message cannot be read', async () => {
    const { stdout } = await explained('preSignUp', 'hide', 'PreSignUp_SignUp')
    expect(stdout).toMatch(/─ hide {2}error {4}Error\n\nfailed by hide/)
  })

  it('runs a handler that has effects with --services aws only if --effects is passed', async () => {
    const refused = await explained('postConfirmation', 'work', 'PostConfirmation_ConfirmSignUp', '--services', 'aws')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toBe(
      'lifeguard: The PostConfirmation handler may write to your AWS account or send email. Add --effects to allow that, or remove --services aws\n',
    )
    const allowed = await explained('postConfirmation', 'work', 'PostConfirmation_ConfirmSignUp', '--services', 'aws', '--effects')
    expect(allowed.stdout).toContain('└─ work  done')
  })

  it('does not require --effects for a handler that has no effects', async () => {
    const { code, stderr } = await explained('preSignUp', "allowEmailDomains('example.com')", 'PreSignUp_SignUp', '--services', 'aws')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('reports that a handler does not use Lifeguard', async () => {
    const cwd = await createFolder({ 'event.json': event() })
    const { stdout } = await lifeguard(['explain', 'event.json', '--services', 'none', ...handler('approve.js')], { cwd })
    expect(stdout).toContain('The handler does not use Lifeguard, so explain cannot show its rules')
    expect(stdout).toContain('response {"autoConfirmUser":true}')
  })

  it('prints why a handler does not start', async () => {
    const cwd = await createFolder({ 'event.json': event() })
    const { code, stdout } = await lifeguard(['explain', 'event.json', '--services', 'none', ...handler('settings-error.js')], { cwd })
    expect(stdout).toContain('The handler does not start:\n  ALLOWED_EMAIL_DOMAINS is missing\n  It should hold domains')
    expect(code).toBe(1)
  })

  it('refers to the lines above if the handler has already printed its invalid settings', async () => {
    const source = `
import { maskInitErrors } from '${process.cwd()}/src/shared/settings/mask-init-errors.ts'
export const handler = maskInitErrors(() => { throw new Error('ALLOWED_EMAIL_DOMAINS is missing') })
`
    const cwd = await createFolder({ 'event.json': event(), 'handler.ts': source })
    const args = ['event.json', '--services', 'none', '--handler', 'preSignUp=handler.ts']
    const said = 'PreSignUp: ALLOWED_EMAIL_DOMAINS is missing\n'
    const explained = await lifeguard(['explain', ...args], { cwd })
    expect(explained.stderr).toBe(said)
    expect(explained.stdout).toContain('\n  The handler does not start: see the lines above\n\nfailed: the handler does not start\n')
    const replayed = await lifeguard(['replay', ...args], { cwd })
    expect(replayed.stderr).toBe(`${said}The PreSignUp handler does not start: see the lines above\n`)
    expect(replayed.code).toBe(1)
  })

  it.each([
    ['.', '.: is a folder. Expected one event file. To replay a folder: lifeguard replay .'],
    ['two.ndjson', 'two.ndjson: contains more than one event. Expected one'],
    ['none.ndjson', 'none.ndjson: contains no event'],
    ['broken.json', 'broken.json: not JSON: Unexpected end of JSON input'],
    ['other.json', 'other.json: not an event: expected a JSON object with a triggerSource'],
    ['message.json', 'message.json: no --handler for this trigger'],
  ])('rejects %s', async (path, message) => {
    const line = JSON.stringify(event())
    const files = {
      'two.ndjson': `${line}\n${line}\n`,
      'none.ndjson': '\n',
      'broken.json': '{"a":',
      'other.json': {},
      'message.json': event('CustomMessage_SignUp'),
    }
    const cwd = await createFolder(files)
    const { code, stderr } = await lifeguard(['explain', path, '--services', 'none', ...handler('approve.js')], { cwd })
    expect({ code, stderr }).toEqual({ code: 2, stderr: `lifeguard: ${message}\n` })
  })

  it('prints one JSON object with the tree of rules with --json', async () => {
    const { code, stdout } = await explained('preSignUp', 'anyOf(pass, strict), crash', 'PreSignUp_SignUp', '--json')

    const nothing = { message: null, place: null, detail: null, answer: null, overrides: [], shadow: false, commit: false, notRun: null }
    const rule = { ...nothing, kind: 'rule', ms: expect.any(Number), children: [] }
    const denial = { message: 'name: "x" is too short' }
    expect(JSON.parse(stdout)).toEqual({
      file: 'event.json',
      trigger: 'PreSignUp',
      triggerSource: 'PreSignUp_SignUp',
      outcome: 'denied',
      decidedBy: 'strict',
      reason: 'not-valid',
      response: null,
      error: { name: 'UserLambdaValidationException', message: 'PreSignUp failed with error Not valid.' },
      rules: [
        {
          ...rule,
          name: 'any-of',
          kind: 'anyOf',
          outcome: 'deny',
          reason: 'not-valid',
          children: [
            { ...rule, name: 'pass', outcome: 'skip', reason: 'nothing-to-say' },
            { ...rule, ...denial, name: 'strict', outcome: 'deny', reason: 'not-valid' },
          ],
        },
        { ...rule, name: 'crash', outcome: null, reason: null, ms: null, notRun: 'any-of already denied' },
      ],
    })
    expect(code).toBe(0)
  })

  it('has no rules in the JSON object of a handler that does not use Lifeguard', async () => {
    const cwd = await createFolder({ 'event.json': event() })
    const { code, stdout } = await lifeguard(['explain', 'event.json', '--json', '--services', 'none', ...handler('throw.js')], { cwd })

    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'denied', rules: null })
    expect(code).toBe(0)
  })

  it.each([
    [undefined, 1],
    [{ outcome: 'failed' }, 0],
    [{ outcome: 'denied' }, 1],
  ])('exits with 1 if a handler crashes, unless the event expects it: %j', async (expectation, expected) => {
    const source = 'exports.handler = async (event) => {\n  evnt.response.autoConfirmUser = true\n}'
    const cwd = await createFolder({ 'event.json': event(), ...(expectation && { 'event.expect.json': expectation }), 'h.cjs': source })
    const { code, stdout } = await lifeguard(['explain', 'event.json', '--services', 'none', '--handler', 'preSignUp=h.cjs'], { cwd })

    expect(stdout).toContain('failed: ReferenceError: evnt is not defined (h.cjs:2)')
    expect(code).toBe(expected)
  })

  it('explains why a user gets no welcome email', async () => {
    const source = `
      import { postConfirmation, sendWelcomeEmail } from '${process.cwd()}/src/post-confirmation/index.ts'
      const template = { render: () => ({ subject: 'Hi', text: 'Hi', html: 'Hi' }) }
      export const handler = postConfirmation(sendWelcomeEmail({ send: async () => undefined }, template))`
    const attributes = { email: 'ann@example.com', email_verified: 'false', 'cognito:user_status': 'EXTERNAL_PROVIDER' }
    const federated = { ...event('PostConfirmation_ConfirmSignUp'), request: { userAttributes: attributes } }
    const cwd = await createFolder({ 'event.json': federated, 'h.ts': source })
    const { stdout } = await lifeguard(['explain', 'event.json', '--services', 'none', '--handler', 'postConfirmation=h.ts'], { cwd })

    expect(stdout).toContain('federated-email-not-verified')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'The identity provider has not verified the address, so it may belong to someone else.',
    )
  })
})
