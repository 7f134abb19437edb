import middy7 from '@middy/core'
import middy6 from 'middy6'
import { describe, expect, it } from 'vitest'
import { type PreSignUpEvent, preSignUp } from '../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../src/rules/index.ts'
import { run, signUp } from '../../../src/testing/index.ts'

const rule = allowEmailDomains('example.com')
const staff = signUp({ email: 'ann@example.com' })
const stranger = signUp({ email: 'eve@evil.example' })

describe('middy 6 and 7', () => {
  it('type middleware that a handler takes', async () => {
    const seen: string[] = []
    const six: middy6.MiddlewareObj<PreSignUpEvent> = { before: () => void seen.push('six') }
    const seven: middy7.MiddlewareObj<PreSignUpEvent> = { before: () => void seen.push('seven') }
    const handler = preSignUp({ middleware: [six, seven] }, rule)

    expect(await run(handler, staff)).toMatchObject({ outcome: 'proceed' })
    expect(seen).toEqual(['six', 'seven'])
  })

  it('run rules as middleware', async () => {
    const base = async (event: PreSignUpEvent): Promise<PreSignUpEvent> => event
    const handlers = [middy6(base).use(preSignUp.middleware(rule)), middy7(base).use(preSignUp.middleware(rule))]

    for (const handler of handlers) {
      expect(await run(handler, staff)).toMatchObject({ outcome: 'proceed' })
      expect(await run(handler, stranger)).toMatchObject({ outcome: 'denied' })
    }
  })
})
