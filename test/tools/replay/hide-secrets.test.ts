import { describe, expect, it } from 'vitest'
import { hideSecrets } from '../../../src/tools/replay/hide-secrets.ts'
import { createFolder, lifeguard } from '../../support/cli/lifeguard.ts'

const tokenResponse = { access_token: 'ya29.example', refresh_token: '1//ya29.example.more', token_type: 'Bearer', expires_in: 3599 }
const federation = { request: { attributes: { tokenResponse, idToken: 'header.payload.signature', userInfo: { name: 'Ann' } } } }

describe('hideSecrets', () => {
  it('replaces tokens of the provider and raw ID tokens, also if one contains another', () => {
    const reply = {
      error: { message: 'a ya29.example b', causes: ['1//ya29.example.more', 'header.payload.signature'] },
      type: 'Bearer Ann',
    }

    expect(hideSecrets(reply, federation)).toEqual({
      error: { message: 'a [secret] b', causes: ['[secret]', '[secret]'] },
      type: 'Bearer Ann',
    })
  })

  it('replaces a password', () => {
    expect(hideSecrets({ message: 'x correct-horse' }, { request: { password: 'correct-horse' } })).toEqual({ message: 'x [secret]' })
  })

  it('keeps the answer, and a reply for an event without secrets', () => {
    const reply = { json: '{"a":"ya29.example"}', ms: 1 }

    expect(hideSecrets(reply, federation)).toEqual(reply)
    for (const event of [undefined, {}, { request: null }, { request: { password: 'short', attributes: [] } }])
      expect(hideSecrets(reply, event)).toBe(reply)
    expect(hideSecrets(undefined, federation)).toBeUndefined()
  })
})

describe('lifeguard explain with an event of inbound federation', () => {
  it('prints no token of the provider, even if a rule quotes one', async () => {
    const event = {
      ...{
        version: '1',
        region: 'eu-west-1',
        userPoolId: 'eu-west-1_Example',
        userName: '7',
        triggerSource: 'InboundFederation_ExternalProvider',
      },
      ...{ callerContext: { clientId: '1example23456789' }, response: { userAttributesToMap: {} } },
      request: { providerName: 'Google', providerType: 'Google', attributes: { tokenResponse, idToken: { sub: '7' } } },
    }
    const handler = `
import { inboundFederation } from '${process.cwd()}/src/inbound-federation/trigger.ts'
const leak = (change) => inboundFederation.rule('leak', ({ event }) => change(event.request.attributes.tokenResponse.access_token))
export const handler = inboundFederation(
  leak((token) => ({ kind: 'answer', answer: { set: { token } } })),
  leak((token) => ({ kind: 'skip', reason: 'quoted', explanation: token })),
  leak((token) => { throw new Error(token) }),
)`
    const cwd = await createFolder({ 'event.json': JSON.stringify(event), 'handler.ts': handler })
    const { stdout, stderr } = await lifeguard(
      ['explain', 'event.json', '--services', 'none', '--handler', 'inboundFederation=handler.ts'],
      { cwd },
    )

    expect(stdout).toContain('[secret]')
    expect(stdout + stderr).not.toContain('ya29')
  })
})
