import { describe, expect, it } from 'vitest'
import { type InboundFederationSettings, inboundFederationSettings } from '../../src/inbound-federation/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): InboundFederationSettings => readSettings(inboundFederationSettings, environment)

describe('inboundFederationSettings', () => {
  it('reads every variable, and needs none', () => {
    expect(read({})).toEqual({})
    expect(
      read({ GOOGLE_HOSTED_DOMAINS: 'a.com, b.com', DROPPED_ATTRIBUTES: 'photo', GROUPS_ATTRIBUTE: 'groups', ALLOWED_GROUPS: 'a,b c' }),
    ).toEqual({
      GOOGLE_HOSTED_DOMAINS: ['a.com', 'b.com'],
      DROPPED_ATTRIBUTES: ['photo'],
      GROUPS_ATTRIBUTE: 'groups',
      ALLOWED_GROUPS: ['a', 'b c'],
    })
  })

  it.each([
    { environment: { DROPPED_ATTRIBUTES: 'a,,b' }, problem: "expected the provider's names of attributes, separated by commas" },
    { environment: { GROUPS_ATTRIBUTE: 'groups' }, problem: 'ALLOWED_GROUPS is missing; expected names of groups separated by commas' },
  ])('reports the invalid variable: $problem', ({ environment, problem }) => {
    expect(() => read(environment)).toThrow(problem)
  })
})
