import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { repository } from '../support/built.ts'

const { createRole } = createRequire(import.meta.url)(join(repository, 'deploy/roles.cjs'))

/** Returns the statement of a function's role that lets it send emails. */
function allowSending(environment: Readonly<Record<string, unknown>>): unknown {
  const permissions = [{ rule: 'send-welcome-email', actions: ['ses:SendEmail'], resource: 'WELCOME_EMAIL_FROM' }]
  const { SendRole } = createRole(
    { name: 'send', id: 'Send', role: 'SendRole', environment, permissions },
    { tables: {}, tracing: 'PassThrough' },
  )
  return SendRole.Properties.Policies[1].PolicyDocument.Statement[0]
}

const identities = (region: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:ses:${region}:\${AWS::AccountId}:identity/*` })

describe('the permission to send email', () => {
  it.each([
    { from: 'hello@example.com', address: 'hello@example.com' },
    { from: 'Example <hello@example.com>', address: 'hello@example.com' },
    { from: '"Example <shop>" <hello@example.com> ', address: 'hello@example.com' },
    { from: { Ref: 'Sender' }, address: { Ref: 'Sender' } },
  ])('restricts the sender to the address without its display name: $from', ({ from, address }) => {
    expect(allowSending({ WELCOME_EMAIL_FROM: from })).toMatchObject({ Condition: { StringEquals: { 'ses:FromAddress': address } } })
  })

  it.each([
    { region: undefined, allowed: `\${AWS::Region}` },
    { region: '', allowed: `\${AWS::Region}` },
    { region: 'eu-west-1', allowed: 'eu-west-1' },
    { region: { Ref: 'SesRegion' }, allowed: '*' },
  ])('allows sending in the region of SES: $region', ({ region, allowed }) => {
    const statement = allowSending({ WELCOME_EMAIL_FROM: 'hello@example.com', SES_REGION: region })
    expect(statement).toMatchObject({ Action: 'ses:SendEmail', Resource: identities(allowed) })
  })
})

describe('the permission to send text messages', () => {
  it('allows phone numbers and no topic', () => {
    const permissions = [{ rule: 'send-sms', actions: ['sns:Publish'], resource: 'phone-numbers' }]
    const { SendRole } = createRole(
      { name: 'send', id: 'Send', role: 'SendRole', environment: {}, permissions },
      { tables: {}, tracing: 'PassThrough' },
    )
    expect(SendRole.Properties.Policies[1].PolicyDocument.Statement).toEqual([
      { Effect: 'Allow', Action: 'sns:Publish', NotResource: 'arn:*:sns:*:*:*' },
    ])
  })
})
