import { describe, expect, it } from 'vitest'
import { acceptedIn } from '../../src/doctor/accepted.ts'
import { readTemplate } from '../../src/doctor/template.ts'

const accepting = (accept: unknown): string => {
  const metadata = { Lifeguard: accept }
  return JSON.stringify({ Resources: { Pool: { Type: 'AWS::Cognito::UserPool', Metadata: metadata }, Other: { Type: 'AWS::SNS::Topic' } } })
}
const reason = (accept: unknown, resource: string, code: 'LG401' | 'LG403'): string | undefined =>
  acceptedIn(readTemplate('any', accepting(accept)))({ code, resource, path: [], message: '' })

describe('a finding', () => {
  const accept = { accept: [{ code: 'LG403', reason: ' Sessions are short. ' }] }

  it('is accepted where its resource names its code with a reason', () => {
    expect(reason(accept, 'Pool', 'LG403')).toBe('Sessions are short.')
  })

  it.each([
    ['another code on the resource', 'Pool', 'LG401'],
    ['the same code on another', 'Other', 'LG403'],
    ['a resource that the template does not have', 'Gone', 'LG403'],
  ] as const)('is not accepted along with it: %s', (_, resource, code) => {
    expect(reason(accept, resource, code)).toBeUndefined()
  })

  it.each([
    ['LG403', 'accepts nothing; expected { accept: [{ code, reason }] }'],
    [{ accept: { code: 'LG403', reason: 'x' } }, 'accepts nothing; expected { accept: [{ code, reason }] }'],
    [{ accept: ['LG403'] }, 'accepts undefined, which is no code of doctor'],
    [{ accept: [{ code: 'LG999', reason: 'x' }] }, 'accepts "LG999", which is no code of doctor'],
    [{ accept: [{ code: 'LG403' }] }, 'accepts LG403 without a reason'],
    [{ accept: [{ code: 'LG403', reason: ' ' }] }, 'accepts LG403 without a reason'],
  ])('cannot be accepted by half: %j', (metadata, message) => {
    expect(() => reason(metadata, 'Pool', 'LG403')).toThrow(`any: Metadata.Lifeguard of Pool ${message}`)
  })
})
