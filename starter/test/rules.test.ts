import { adminCreate, lifeguardMatchers, run, signUp } from 'cognito-lifeguard/testing'
import { expect, test, vi } from 'vitest'

// Tests the handler without AWS. Use `lifeguard replay` to run the handlers with DynamoDB and SES.
// The tests have their own settings, so that they pass with any settings in serverless.yml.
const SETTINGS = { ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org', BLOCK_TABLE: '' }
for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value)
const { handler } = await import('../src/pre-signup/handler.ts')
expect.extend(lifeguardMatchers)

test.each(['mary@example.com', 'mary@mail.example.org'])('allows %s to sign up, and requires a confirmation code', async (email) => {
  expect(await run(handler, signUp({ email }))).toProceed({ autoConfirmUser: false })
})

test.each(['eve@evilexample.com', '"a@example.com"@evil.com', 'a@example.com@evil.com'])(
  'denies a sign-up with the address %s',
  async (email) => {
    expect(await run(handler, signUp({ email }))).toBeDenied()
  },
)

test('lets an administrator create a user whose email domain is not allowed', async () => {
  expect(await run(handler, adminCreate({ email: 'guest@elsewhere.example' }))).toProceed()
})
