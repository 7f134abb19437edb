import { describe, expect, it } from 'vitest'
import { loadCode } from '../../src/doctor/load-code.ts'
import { rulesIn } from '../../src/doctor/loaded.ts'
import { readTemplate } from '../../src/doctor/template.ts'
import { patched, TEMPLATES } from './patched.ts'

async function codeOf(handler: string, load: boolean = true) {
  const template = readTemplate('sam.yaml', await patched('sam.yaml', { 'PreSignUp.Properties.Handler': handler }))
  return (await loadCode(template, { folder: TEMPLATES, load })).get('PreSignUp')
}

describe("a function's code", () => {
  it('tells its rules with what they need, and the trigger that they are for', async () => {
    const code = await codeOf('pre-auth.handler')
    expect(code).toMatchObject({ trigger: 'PreAuthentication', takesCallback: false, problem: undefined })
    expect(code?.rule && rulesIn(code.rule)).toMatchObject([
      { kind: 'chain' },
      { name: 'block-users', needs: [{ actions: ['dynamodb:BatchGetItem'], on: 'BLOCK_TABLE' }] },
    ])
  })

  it('is bundled first where it is TypeScript', async () => {
    const code = await codeOf('written.handler')
    expect(code?.rule && rulesIn(code.rule).map(({ name }) => name)).toEqual(['chain', 'require-attributes'])
  })

  it.each([
    ['pre-sign-up.other', "it does not start: The file exports no function 'other'"],
    ['broken.handler', 'it does not start: No such thing'],
    ['callback.handler', 'it was not made with Lifeguard'],
    ['gone.handler', 'its code was not found'],
    ['pre-sign-up', 'its code was not found'],
  ])('says why its rules are not known: %s', async (handler, problem) => {
    expect(await codeOf(handler)).toMatchObject({ rule: undefined, problem })
  })

  it.each([
    ['callback.handler', true],
    ['context-done.handler', false],
    ['pre-sign-up.handler', undefined],
  ])('tells by its text how many parameters it has, where it is not loaded: %s', async (handler, takesCallback) => {
    expect(await codeOf(handler, false)).toMatchObject({ takesCallback, problem: 'it was not to be loaded' })
  })
})
