import { describe, expect, it } from 'vitest'
import { readAuthError } from '../../src/client/read-auth-error.ts'
import { preAuthentication } from '../../src/pre-auth/trigger.ts'
import { preSignUp } from '../../src/pre-signup/trigger.ts'
import { denyIf } from '../../src/shared/rules/combinators.ts'
import { createBrowser, PASSWORD, signInAt, startForTest } from '../support/managed-login.ts'

const MESSAGE = 'Nur für Schüler & Lehrer: 100 % + "mehr" (siehe #1?)'
const silent = { write: () => undefined }
const refuse = denyIf(() => true, 'closed', MESSAGE, { code: 'school-only', field: 'custom:school' })
const EXPECTED = { kind: 'refused', code: 'school-only', field: 'custom:school', message: MESSAGE, retry: false }

describe('managed login', () => {
  it('sends the code and the field to the application after a refused sign-in at an identity provider', async () => {
    const login = await startForTest({ triggers: { PreSignUp: preSignUp(silent, refuse) } })

    const { location } = await signInAt(login, 'anna')

    expect(location?.searchParams.get('error_description')).toBe(`PreSignUp failed with error ${MESSAGE} [school-only: custom:school]. `)
    expect(readAuthError(location)).toEqual({ ...EXPECTED, trigger: 'PreSignUp' })
    expect(readAuthError(location?.search)).toEqual({ ...EXPECTED, trigger: 'PreSignUp' })
  })

  it('sends them in the fragment of an implicit grant', async () => {
    const login = await startForTest({ triggers: { PreSignUp: preSignUp(silent, refuse) } })
    const browser = createBrowser()

    const url = login.authorizeUrl({ identity_provider: 'Google', response_type: 'token' })
    const { location } = await browser.submit(await browser.open(url), { identity: 'anna' })

    expect(readAuthError(location?.hash)).toEqual({ ...EXPECTED, trigger: 'PreSignUp' })
    expect(readAuthError(location?.href)).toEqual({ ...EXPECTED, trigger: 'PreSignUp' })
  })

  it('shows the text with the code above its form, where no application decodes it', async () => {
    const login = await startForTest({
      triggers: {
        PreAuthentication: preAuthentication(
          silent,
          denyIf(() => true, 'closed', 'Come back tomorrow', { code: 'closed' }),
        ),
      },
    })
    login.addUser('ann')
    const browser = createBrowser()

    const page = await browser.submit(await browser.open(login.authorizeUrl()), { username: 'ann', password: PASSWORD })

    expect(page.text).toContain('PreAuthentication failed with error Come back tomorrow [closed].')
  })

  it('sends the refusal of the user at the provider', async () => {
    const login = await startForTest()

    const { location } = await signInAt(login, 'deny')

    expect(readAuthError(location).kind).toBe('cancelled')
  })
})
