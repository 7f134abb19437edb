import { describe, expect, it } from 'vitest'
import { listRules } from '../../../src/shared/rules/rule.ts'
import { loadCode } from '../../../src/tools/doctor/load-code.ts'
import { readTemplate } from '../../../src/tools/doctor/template.ts'
import { examineText, patchTemplate, TEMPLATES } from '../../support/patched.ts'

async function loadHandlerCode(handler: string, load: boolean = true, environment: Readonly<Record<string, unknown>> = {}) {
  const change = { 'PreSignUp.Properties.Handler': handler, 'PreSignUp.Properties.Environment': { Variables: environment } }
  const template = readTemplate('sam.yaml', await patchTemplate('sam.yaml', change))
  return (await loadCode(template, { folder: TEMPLATES, load })).get('PreSignUp')
}

const sender = { Ref: 'Sender' }

describe("a function's code", () => {
  it('tells its rules with what they need, and the trigger that they are for', async () => {
    const code = await loadHandlerCode('pre-auth.handler')
    expect(code).toMatchObject({ trigger: 'PreAuthentication', takesCallback: false, problem: undefined })
    expect(code?.rule && listRules(code.rule)).toMatchObject([
      { kind: 'chain' },
      { name: 'block-users', permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }] },
    ])
  })

  it('is bundled first where it is TypeScript', async () => {
    const code = await loadHandlerCode('written.handler')
    expect(code?.rule && listRules(code.rule).map(({ name }) => name)).toEqual(['chain', 'require-attributes'])
  })

  it.each([
    ['broken.handler', 'it does not start: No such thing'],
    ['callback.handler', 'it was not made with Lifeguard'],
    ['gone.handler', 'its code was not found'],
    ['pre-sign-up', 'its code was not found'],
  ])('says why its rules are not known: %s', async (handler, problem) => {
    expect(await loadHandlerCode(handler)).toMatchObject({ rule: undefined, problem, fault: undefined })
  })

  it.each([
    ['settings that are wrong', { STRICT: 'A_PAGE,B_PAGE', A_PAGE: 'x', B_PAGE: '' }, 'Wrong settings: A_PAGE is "x"; B_PAGE is ""'],
    ['one that is wrong beside what the deployment decides', { STRICT: 'PAGE', PAGE: 'x', STAGE: sender }, 'Wrong settings: PAGE is "x"'],
    [
      'one that is wrong beside the name of a table',
      { STRICT: ',PAGE', PAGE: '', TABLE: { Ref: 'Profiles' } },
      'Wrong settings: PAGE is ""',
    ],
    ['a key that is wrong', { STRICT: 'API_KEY', API_KEY: 'hunter2' }, 'Wrong settings: API_KEY is "..."'],
  ])('tells why it starts nowhere, without what is secret: %s', async (_, environment, fault) => {
    expect(await loadHandlerCode('at-init.handler', true, environment)).toMatchObject({
      rule: undefined,
      problem: 'it does not start',
      fault,
    })
  })

  it.each([
    ['alone', {}],
    ['beside what the deployment decides', { STAGE: sender }],
  ])('starts nowhere without a list of domains that belongs beside it: %s', async (_, others) => {
    const environment = { ALLOWED_EMAIL_DOMAINS: '@file:none.domains', ...others }
    const fault = 'ALLOWED_EMAIL_DOMAINS names a list of domains that is not beside the handler'

    expect(await loadHandlerCode('domain-list.handler', true, environment)).toMatchObject({
      rule: undefined,
      problem: 'it does not start',
      fault,
    })

    const template = await patchTemplate('sam.yaml', {
      'PreSignUp.Properties.Handler': 'domain-list.handler',
      'PreSignUp.Properties.Environment': { Variables: environment },
    })
    expect((await examineText(template)).findings).toContainEqual(
      expect.objectContaining({ code: 'LG108', resource: 'PreSignUp', message: expect.stringContaining(fault) }),
    )
  })

  it.each(['domain-list.handler', 'written-list.handler'])('may yet find a list that is not on this machine: %s', async (handler) => {
    const list = handler === 'domain-list.handler' ? '@file:/opt/none.domains' : '@file:none.domains'
    const code = await loadHandlerCode(handler, true, { ALLOWED_EMAIL_DOMAINS: list })

    expect(code).toMatchObject({ problem: expect.stringContaining('ENOENT'), fault: undefined })
  })

  it('starts nowhere where it exports no such function', async () => {
    const fault = "The file exports no function 'other'"
    expect(await loadHandlerCode('pre-sign-up.other')).toMatchObject({ rule: undefined, problem: 'it does not start', fault })
  })

  it.each([
    ['a setting that the deployment decides', { STRICT: 'PAGE', PAGE: sender }, 'Wrong settings: PAGE is "Sender"'],
    ['one that is looked up then', { STRICT: 'PAGE', PAGE: '{{resolve:ssm:/page}}' }, 'Wrong settings: PAGE is "known-at-deployment"'],
    ['nobody knows which, and the deployment decides one', { SILENT: 'yes', PAGE: sender }, 'Invalid URL'],
    ['a file that is not on this machine', { FILE: '/opt/gone' }, "ENOENT: no such file or directory, open '...'"],
  ])('may yet start where this may be the reason that it does not: %s', async (_, environment, reason) => {
    expect(await loadHandlerCode('at-init.handler', true, environment)).toMatchObject({
      problem: `it does not start: ${reason}`,
      fault: undefined,
    })
  })

  it.each([
    ['callback.handler', true],
    ['context-done.handler', false],
    ['pre-sign-up.handler', undefined],
  ])('tells by its text how many parameters it has, where it is not loaded: %s', async (handler, takesCallback) => {
    expect(await loadHandlerCode(handler, false)).toMatchObject({ takesCallback, problem: 'it was not to be loaded' })
  })
})
