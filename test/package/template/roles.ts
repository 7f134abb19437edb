import { describe, expect, it, vi } from 'vitest'
import { onceRules } from '../../../src/shared/rules/once-rules.ts'
import type { RuleNode, RulePermission } from '../../../src/shared/rules/rule.ts'
import { type Asked, asked, folders, functions, type Packaged, shown, triggers } from '../../support/package/packaged.ts'

const IDENTITIES = `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/*`

/** Loads the handler of a function. */
const load = (id: string): Promise<Composed> => import(`../../../src/${folders.get(id)}/handler.ts`)

const LEDGER = ['UpdateItem', 'GetItem', 'DeleteItem'].map((action) => `dynamodb:${action} on EffectTable.Arn`)

function listNeeds(rule: RuleNode): readonly RulePermission[] {
  return [...(rule.permissions ?? []), ...(rule.children ?? []).flatMap(listNeeds)]
}

/** Returns the resource of a setting, as the template names it. */
function findResource(setting: string): string | undefined {
  return {
    BLOCK_TABLE: 'BlockTable.Arn',
    PROFILE_TABLE: 'ProfileTable.Arn',
    EFFECT_TABLE: 'EffectTable.Arn',
    LIMIT_TABLE: 'LimitTable.Arn',
    INVITE_TABLE: 'InviteTable.Arn',
    WELCOME_EMAIL_FROM: IDENTITIES,
  }[setting]
}

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: Record<string, unknown>
  readonly Condition?: unknown
}

function listStatements({ resource }: Asked, trigger: string): readonly Statement[] {
  const policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[] = resource(`${trigger}Role`)
    .Properties.Policies
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
}

/** Returns the permissions of a role, as `action on resource`. */
function granted(packaged: Asked, trigger: string): readonly string[] {
  const statements = listStatements(packaged, trigger)
  expect(new Set(statements.map(({ Effect }) => Effect))).toEqual(new Set(['Allow']))
  return statements.flatMap(({ Action, Resource }) => [Action].flat().map((action) => `${action} on ${shown(Resource)}`)).toSorted()
}

/** Defines the tests of the roles. */
export function assertRoles({ template, sending, unblocked, invited, tracing }: Packaged): void {
  const bare = asked(template)
  const withoutBlocks = asked(unblocked)
  const withInvites = asked(invited)
  const withSender = asked(sending)
  const traced = asked(tracing)
  const { lambda, ofType, resource } = bare

  describe('the roles', () => {
    const logs = (trigger: string): readonly string[] =>
      ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} on ${trigger}LogGroup.Arn`)

    it.each([
      ['PreSignUp', ['dynamodb:BatchGetItem on BlockTable.Arn']],
      ['PreAuthentication', ['dynamodb:BatchGetItem on BlockTable.Arn']],
      ['PostAuthentication', ['dynamodb:UpdateItem on EffectTable.Arn', 'dynamodb:UpdateItem on ProfileTable.Arn']],
      ['PostConfirmation', ['dynamodb:UpdateItem on ProfileTable.Arn', ...LEDGER, `ses:SendEmail on ${IDENTITIES}`]],
      [
        'Sweeper',
        [
          ...LEDGER,
          `dynamodb:Query on \${EffectTable.Arn}/index/queue`,
          'cognito-idp:ListUsers on CognitoUserPoolUsers.Arn',
          `ses:SendEmail on ${IDENTITIES}`,
        ],
      ],
    ] as const)('allows %s only its log and the resources of its rules', (trigger, actions) => {
      expect(lambda(trigger).Properties.Role).toEqual({ 'Fn::GetAtt': [`${trigger}Role`, 'Arn'] })
      expect(granted(withSender, trigger)).toEqual([...logs(trigger), ...actions].toSorted())
      expect(resource(`${trigger}Role`).Properties.ManagedPolicyArns).toBeUndefined()
    })

    it.each(
      (
        [
          ['by default', bare],
          ['with a sender', withSender],
          ['without blocks at sign-up', withoutBlocks],
          ['with invitations', withInvites],
        ] as const
      ).flatMap(([how, packaged]) => triggers.map((trigger) => [trigger, how, packaged] as const)),
    )('allows %s exactly the declared permissions of its rules, %s', async (trigger, _, packaged) => {
      const { handler } = await composed(packaged, trigger, () => load(trigger))
      const needed = listNeeds(handler.composition).flatMap(({ actions, resource }) =>
        actions.map((action) => `${action} on ${findResource(resource)}`),
      )
      expect([...new Set(needed)].toSorted()).toEqual(granted(packaged, trigger).filter((grant) => !grant.startsWith('logs:')))
    })

    it('allows the sweeper the declared permissions of the effects that it runs', async () => {
      const { handler } = await composed(withSender, 'Sweeper', () => load('PostConfirmation'))
      const needed = [...onceRules(handler.composition).values()].flatMap(({ rule }) => listNeeds(rule))
      expect(needed).not.toEqual([])
      expect(granted(withSender, 'Sweeper')).toEqual(
        expect.arrayContaining(
          needed.flatMap(({ actions, resource }) => actions.map((action) => `${action} on ${findResource(resource)}`)),
        ),
      )
    })

    it('lets pre sign-up read the block list unless blockAtSignUp is off', () => {
      const [table, ...others] = (['PreSignUp', 'PreAuthentication', 'PreTokenGeneration'] as const).map(
        (trigger) => bare.lambda(trigger).Properties.Environment.Variables.BLOCK_TABLE,
      )
      expect(table).toBe('lifeguard-dev-blocks')
      expect(others).toEqual([table, table])
      expect(granted(bare, 'PreSignUp')).toContain('dynamodb:BatchGetItem on BlockTable.Arn')
      expect(withoutBlocks.lambda('PreSignUp').Properties.Environment.Variables.BLOCK_TABLE).toBe('')
      expect(granted(withoutBlocks, 'PreSignUp').filter((grant) => !grant.startsWith('logs:'))).toEqual([])
    })

    it('lets pre sign-up reserve invitations, and post confirmation and the sweeper keep them, only with invitations', () => {
      const actions = ['dynamodb:GetItem on InviteTable.Arn', 'dynamodb:UpdateItem on InviteTable.Arn']
      for (const name of ['PreSignUp', 'PostConfirmation', 'Sweeper']) {
        expect(granted(withInvites, name).filter((grant) => grant.includes('InviteTable'))).toEqual(actions)
        expect(granted(bare, name).filter((grant) => grant.includes('InviteTable'))).toEqual([])
      }
    })

    it('allows functions to write traces only if tracing is active', () => {
      const actions = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']
      for (const name of functions) {
        expect(lambda(name).Properties.TracingConfig).toEqual({ Mode: 'PassThrough' })
        expect(traced.lambda(name).Properties.TracingConfig).toEqual({ Mode: 'Active' })
        expect(granted(bare, name).filter((grant) => grant.startsWith('xray:'))).toEqual([])
        expect(listStatements(traced, name)).toContainEqual({ Effect: 'Allow', Action: actions, Resource: '*' })
      }
    })

    it('lets only Lambda assume the roles', () => {
      expect(ofType('AWS::IAM::Role')).toHaveLength(functions.length)
      for (const [, { Properties }] of ofType('AWS::IAM::Role')) {
        expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ])
      }
    })

    it.each(['PostConfirmation', 'Sweeper'] as const)(
      'allows %s to send email from the configured sender only, and no email without a sender',
      (name) => {
        const sends = ({ Action }: Statement): boolean => Action === 'ses:SendEmail'

        expect(listStatements(withSender, name).filter(sends)).toMatchObject([
          { Condition: { StringEquals: { 'ses:FromAddress': 'welcome@example.com' } } },
        ])
        expect(listStatements(bare, name).filter(sends)).toEqual([])
      },
    )

    it('the roles contain no conditions that CloudFormation evaluates during deployment', () => {
      for (const [, { Condition, Properties }] of ofType('AWS::IAM::Role')) {
        expect(Condition).toBeUndefined()
        expect(JSON.stringify(Properties)).not.toContain('Fn::If')
      }
      expect(ofType('AWS::IAM::Policy')).toEqual([])
    })

    it('allows only the sweeper to access the ledger if no sender is set', () => {
      const onLedger = functions.filter((name) => granted(bare, name).some((grant) => grant.includes('EffectTable')))
      expect(onLedger).toEqual(['Sweeper'])
    })
  })
}

interface Composed {
  readonly handler: { readonly composition: RuleNode }
}

/** Loads a fresh copy of a handler, with the environment of the function in the template. */
async function composed({ lambda }: Asked, name: string, load: () => Promise<Composed>): Promise<Composed> {
  vi.resetModules()
  for (const [key, value] of Object.entries(lambda(name).Properties.Environment.Variables)) vi.stubEnv(key, String(value))
  try {
    return await load()
  } finally {
    vi.unstubAllEnvs()
  }
}
