import { describe, expect, it } from 'vitest'
import { listRules } from '../../../src/shared/rules/rule.ts'
import { loadCode } from '../../../src/tools/doctor/load-code.ts'
import { readTemplate } from '../../../src/tools/project/template.ts'
import { examineText, loadHandler, patchTemplate, TEMPLATES } from '../../support/patched.ts'

async function loadHandlerCode(handler: string, load: boolean = true, environment: Readonly<Record<string, unknown>> = {}) {
  const change = { 'PreSignUp.Properties.Handler': handler, 'PreSignUp.Properties.Environment': { Variables: environment } }
  const template = readTemplate('sam.yaml', await patchTemplate('sam.yaml', change))
  return (await loadCode(template, { folder: TEMPLATES, load, loadHandler })).get('PreSignUp')
}

const sender = { Ref: 'Sender' }

describe('loadCode', () => {
  it('returns the rules of a handler with their permissions, and the trigger of the rules', async () => {
    const code = await loadHandlerCode('pre-auth.handler')
    expect(code).toMatchObject({ trigger: 'PreAuthentication', takesCallback: false, problem: undefined })
    expect(code?.rule && listRules(code.rule)).toMatchObject([
      { kind: 'chain' },
      { name: 'block-users', permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }] },
    ])
  })

  it('bundles and loads a TypeScript handler', async () => {
    const code = await loadHandlerCode('written.handler')
    expect(code?.rule && listRules(code.rule).map(({ name }) => name)).toEqual(['chain', 'require-attributes'])
  })

  it.each([
    ['callback.handler', 'the handler was not made with Lifeguard'],
    ['gone.handler', "the function's code was not found"],
    ['pre-sign-up', "the function's code was not found"],
  ])('returns the reason why the rules of %s are unknown', async (handler, problem) => {
    expect(await loadHandlerCode(handler)).toMatchObject({ rule: undefined, problem, fault: undefined })
  })

  it.each([
    ['two invalid settings', { STRICT: 'A_PAGE,B_PAGE', A_PAGE: 'x', B_PAGE: '' }, 'Wrong settings: A_PAGE is "x"; B_PAGE is ""'],
    [
      'an invalid setting beside one that is known only at deployment',
      { STRICT: 'PAGE', PAGE: 'x', STAGE: sender },
      'Wrong settings: PAGE is "x"',
    ],
    [
      'an invalid setting beside the name of a table',
      { STRICT: ',PAGE', PAGE: '', TABLE: { Ref: 'Profiles' } },
      'Wrong settings: PAGE is ""',
    ],
    ['an invalid secret', { STRICT: 'API_KEY', API_KEY: 'hunter2' }, 'Wrong settings: API_KEY is "..."'],
  ])('returns the reason why a handler does not start, without secret values: %s', async (_, environment, fault) => {
    expect(await loadHandlerCode('at-init.handler', true, environment)).toMatchObject({
      rule: undefined,
      problem: 'the handler does not start',
      fault,
    })
  })

  it.each([
    ['as the only setting', {}],
    ['beside a setting that is known only at deployment', { STAGE: sender }],
  ])("reports a list of domains that is missing in the handler's folder: %s", async (_, others) => {
    const environment = { ALLOWED_EMAIL_DOMAINS: '@file:none.domains', ...others }
    const fault = "ALLOWED_EMAIL_DOMAINS names a list of domains that is not in the handler's folder"

    expect(await loadHandlerCode('domain-list.handler', true, environment)).toMatchObject({
      rule: undefined,
      problem: 'the handler does not start',
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

  it.each(['domain-list.handler', 'written-list.handler'])(
    'does not report a missing list of domains that may exist in Lambda: %s',
    async (handler) => {
      const list = handler === 'domain-list.handler' ? '@file:/opt/none.domains' : '@file:none.domains'
      const code = await loadHandlerCode(handler, true, { ALLOWED_EMAIL_DOMAINS: list })

      expect(code).toMatchObject({ problem: expect.stringContaining('ENOENT'), fault: undefined })
    },
  )

  it('reports a file that does not export the handler', async () => {
    const fault = "The file exports no function 'other'"
    expect(await loadHandlerCode('pre-sign-up.other')).toMatchObject({ rule: undefined, problem: 'the handler does not start', fault })
  })

  it.each([
    ['a setting that is known only at deployment', { STRICT: 'PAGE', PAGE: sender }, 'Wrong settings: PAGE is "Sender"'],
    [
      'a setting that CloudFormation resolves',
      { STRICT: 'PAGE', PAGE: '{{resolve:ssm:/page}}' },
      'Wrong settings: PAGE is "known-at-deployment"',
    ],
    ['a setting that the error does not name, if one setting is known only at deployment', { SILENT: 'yes', PAGE: sender }, 'Invalid URL'],
    ['a file that may exist only in Lambda', { FILE: '/opt/gone' }, "ENOENT: no such file or directory, open '...'"],
  ])('does not report an error that may be caused by %s', async (_, environment, reason) => {
    expect(await loadHandlerCode('at-init.handler', true, environment)).toMatchObject({
      problem: `the handler does not start: ${reason}`,
      fault: undefined,
    })
  })

  it.each([
    ['callback.handler', 'yes'],
    ['context-done.handler', 'no'],
    ['pre-sign-up.handler', 'unknown'],
  ])('reads the parameters from the source if the handler is not loaded: %s', async (handler, kind) => {
    expect(await loadHandlerCode(handler, false)).toMatchObject({
      source: { takesCallback: { kind } },
      problem: 'the handler is not loaded because of --no-handlers',
    })
  })
})
