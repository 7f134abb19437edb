import { describe, expect, it, vi } from 'vitest'
import { captureComplaint, stubEnvironment } from '../support/environment.ts'
import { ann, federationEvent, SUBJECT } from './federation-event.ts'

async function handlerWith(environment: Readonly<Record<string, string>>) {
  stubEnvironment(environment)
  return (await import('../../src/inbound-federation/handler.ts')).handler
}

describe('the inbound federation handler', () => {
  it('only truncates long attributes without settings', async () => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({})
    const tokenResponse = { access_token: 'example-access-token' }
    const event = federationEvent({ ...ann, bio: 'b'.repeat(3000) }, {}, { tokenResponse })

    expect(await handler(federationEvent())).toEqual(federationEvent())
    expect(await handler(event)).toEqual({ ...event, response: { userAttributesToMap: { ...ann, bio: 'b'.repeat(2048) } } })
    expect(written.mock.calls.map(([line]) => String(line)).join('')).not.toMatch(/example-access-token|ann@|bbb/)
  })

  it('denies Google accounts outside of the domains, and users of other providers pass', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ GOOGLE_HOSTED_DOMAINS: 'example.org' })

    await expect(handler(federationEvent())).rejects.toThrow(/^This account cannot be used to sign in$/)
    const other = federationEvent(ann, { providerName: 'Okta', providerType: 'OIDC' })
    expect(await handler(other)).toEqual(other)
  })

  it('drops attributes, and maps the allowed groups of SAML and OIDC users', async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    const handler = await handlerWith({ DROPPED_ATTRIBUTES: 'hd', GROUPS_ATTRIBUTE: 'groups', ALLOWED_GROUPS: 'staff, admins' })
    const mappedFor = async (providerType: string) =>
      (await handler(federationEvent({ sub: SUBJECT, hd: 'x', groups: ['admins', 'all', 'staff'] }, { providerType }))).response
        .userAttributesToMap

    const kept = { sub: SUBJECT, groups: '["admins","all","staff"]' }
    expect(await mappedFor('OIDC')).toEqual({ ...kept, 'custom:groups': 'staff,admins' })
    expect(await mappedFor('Google')).toEqual(kept)
  })

  it.each([
    [{ GOOGLE_HOSTED_DOMAINS: 'not a domain' }, "'not a domain' is not an organisation"],
    [{ DROPPED_ATTRIBUTES: 'sub' }, "'sub' identifies the user"],
    [{ GROUPS_ATTRIBUTE: 'groups' }, 'ALLOWED_GROUPS is missing'],
  ])('fails at init for %j', async (environment, complaint) => {
    expect(await captureComplaint(() => handlerWith(environment))).toContain(complaint)
  })
})
