import { describe, expect, it, vi } from 'vitest'
import { documentClient } from '../../src/shared/aws/dynamodb.ts'
import { dynamoBlockWriter } from '../../src/shared/blocks/dynamo-block-list.ts'
import { createChallenge, defineChallenge, lifeguardMatchers, run, verifyChallenge } from '../../src/testing/index.ts'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { useServices } from '../support/use-services.ts'

expect.extend(lifeguardMatchers)

const services = useServices()
const settings = { CODE_EMAIL_FROM: 'sign-in@example.com', CODE_APP_NAME: 'Example', CODE_KEY: 'a-key-of-sixteen-characters' }

async function handlersWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return import('../../src/custom-challenge/handler.ts')
}

describe('the custom challenge handlers', () => {
  it('sign a user in with the code of an email', async () => {
    const { define, create, verify } = await handlersWith({ ...services().environment, ...settings })
    expect(await run(define, defineChallenge({ userName: 'ada' }))).toProceed({ challengeName: 'CUSTOM_CHALLENGE' })

    const { response } = await run(create, createChallenge({ userName: 'ada' }))
    const mail = services().ses.inbox().at(-1)
    expect(mail).toMatchObject({ to: ['ada@example.com'], from: 'sign-in@example.com', subject: 'Your sign-in code for Example' })
    const [code = ''] = /\b\d{6}\b/.exec(mail?.text ?? '') ?? []

    const privateChallengeParameters = response?.privateChallengeParameters ?? {}
    const answered = await run(verify, verifyChallenge({ userName: 'ada', privateChallengeParameters, challengeAnswer: code }))
    expect(answered).toProceed({ answerCorrect: true })
    const session = [{ challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: response?.challengeMetadata ?? null }]
    expect(await run(define, defineChallenge({ userName: 'ada', session }))).toProceed({ issueTokens: true })
  })

  it('ask for the password first with SIGN_IN_STEPS=password-and-email-code', async () => {
    const { define } = await handlersWith({ ...services().environment, ...settings, SIGN_IN_STEPS: 'password-and-email-code' })
    expect(await run(define, defineChallenge())).toBeDenied('password-not-checked')
    const session = [{ challengeName: 'SRP_A', challengeResult: true, challengeMetadata: null }]
    expect(await run(define, defineChallenge({ session }))).toProceed({ challengeName: 'PASSWORD_VERIFIER' })
  })

  it('deny a blocked user', async () => {
    const { define } = await handlersWith({ ...services().environment, ...settings })
    const documents = documentClient()
    const event = defineChallenge({ userName: 'eve' })
    const { userPoolId } = event
    await dynamoBlockWriter({ documents, table: 'blocks' }).block({ userPoolId, type: 'username', value: 'eve', reason: 'fraud' })
    documents().destroy()
    expect(await run(define, event)).toBeDenied('user-blocked')
  })

  it('declare the permissions of each function', async () => {
    const { define, create, verify } = await handlersWith({ ...settings, LIMIT_TABLE: 'limits', BLOCK_TABLE: 'blocks' })
    const listed = (handler: { readonly composition: object }): readonly string[] =>
      [...JSON.stringify(handler.composition).matchAll(/"resource":"(\w+)"/g)].map(([, resource = '']) => resource)
    expect(listed(define)).toEqual(['BLOCK_TABLE'])
    expect(listed(create)).toEqual(['CODE_EMAIL_FROM', 'LIMIT_TABLE'])
    expect(listed(verify)).toContain('LIMIT_TABLE')
  })

  it('DefineAuthChallenge loads no AWS SDK without a block list', async () => {
    const loaded: string[] = []
    vi.doMock('../../src/custom-challenge/tables.ts', () => ({ openTables: () => loaded.push('tables') }))
    vi.doMock('../../src/custom-challenge/email.ts', () => ({ createMailer: () => loaded.push('email') }))
    const { define } = await handlersWith({ ...settings, LIMIT_TABLE: 'limits', _HANDLER: 'handler.define' })
    expect(await run(define, defineChallenge())).toProceed({ challengeName: 'CUSTOM_CHALLENGE' })
    expect(loaded).toEqual([])
    await handlersWith({ ...settings, LIMIT_TABLE: 'limits', _HANDLER: 'handler.create' })
    await vi.waitFor(() => expect(loaded.toSorted()).toEqual(['email', 'tables']))
    vi.doUnmock('../../src/custom-challenge/tables.ts')
    vi.doUnmock('../../src/custom-challenge/email.ts')
  })

  it('fail at init without a key', async () => {
    const { CODE_KEY: _, ...others } = settings
    expect(await captureComplaint(() => handlersWith({ ...others, LIMIT_TABLE: 'limits' }))).toContain('CODE_KEY is missing')
  })
})
