import { describe, expect, it, vi } from 'vitest'
import { onceRules } from '../../../src/shared/rules/once-rules.ts'
import type { RuleNode, RulePermission } from '../../../src/shared/rules/rule.ts'
import { type Asked, asked, type FunctionName, functions, type Packaged, shown, triggers } from '../../support/package/packaged.ts'

const IDENTITIES = `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/*`

const HANDLERS = {
  PreSignUp: () => import('../../../src/pre-signup/handler.ts'),
  PreAuthentication: () => import('../../../src/pre-auth/handler.ts'),
  PostAuthentication: () => import('../../../src/post-auth/handler.ts'),
  PostConfirmation: () => import('../../../src/post-confirmation/handler.ts'),
} as const

const LEDGER = ['UpdateItem', 'GetItem', 'DeleteItem'].map((action) => `dynamodb:${action} on EffectTable.Arn`)

function needsOf(rule: RuleNode): readonly RulePermission[] {
  return [...(rule.permissions ?? []), ...(rule.children ?? []).flatMap(needsOf)]
}

/** What a setting names, as the template calls it. */
function resourceOf(setting: string): string | undefined {
  return {
    BLOCK_TABLE: 'BlockTable.Arn',
    PROFILE_TABLE: 'ProfileTable.Arn',
    EFFECT_TABLE: 'EffectTable.Arn',
    WELCOME_EMAIL_FROM: IDENTITIES,
  }[setting]
}

/** What a role allows, as `action on resource`, the policies beside it included, as the template's conditions have it. */
function granted({ ofType, resource, decided, holds }: Asked, trigger: FunctionName): readonly string[] {
  const role = `${trigger}Role`
  const beside = ofType('AWS::IAM::Policy').filter(
    ([, { Condition, Properties }]) =>
      (Condition === undefined || holds(Condition)) && Properties.Roles.some((each: { Ref: string }) => each.Ref === role),
  )
  const inside: unknown = decided(resource(role).Properties.Policies)
  expect(inside).toBeInstanceOf(Array)
  const documents = [inside, ...beside.map(([, { Properties }]) => Properties)].flat().map((policy) => policy.PolicyDocument)
  return documents
    .flatMap((document) => document.Statement)
    .flatMap((statement) => {
      expect(statement.Effect).toBe('Allow')
      return [statement.Action].flat().map((action) => `${action} on ${shown(statement.Resource)}`)
    })
    .toSorted()
}

/** What is asserted of the roles. */
export function assertRoles({ template, sending, blocking }: Packaged): void {
  const bare = asked(template)
  const withBlocks = asked(blocking)
  const withSender = asked(sending)
  const { lambda, ofType, resource } = bare

  describe('the roles', () => {
    const logs = (trigger: FunctionName): readonly string[] =>
      ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => `${action} on ${trigger}LogGroup.Arn`)

    it.each([
      ['PreSignUp', []],
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
    ] as const)('allow %s its log, what its rules use, and no more', (trigger, actions) => {
      expect(lambda(trigger).Properties.Role).toEqual({ 'Fn::GetAtt': [`${trigger}Role`, 'Arn'] })
      expect(granted(withSender, trigger)).toEqual([...logs(trigger), ...actions].toSorted())
      expect(resource(`${trigger}Role`).Properties.ManagedPolicyArns).toBeUndefined()
    })

    it.each(
      (
        [
          ['by default', bare],
          ['with a sender', withSender],
          ['with blocks at sign-up', withBlocks],
        ] as const
      ).flatMap(([how, packaged]) => triggers.map((trigger) => [trigger, how, packaged] as const)),
    )('allow %s what its rules say they need, %s', async (trigger, _, packaged) => {
      const { handler } = await composed(packaged, trigger, HANDLERS[trigger])
      const needed = needsOf(handler.composition).flatMap(({ actions, resource }) =>
        actions.map((action) => `${action} on ${resourceOf(resource)}`),
      )
      expect([...new Set(needed)].toSorted()).toEqual(granted(packaged, trigger).filter((grant) => !grant.startsWith('logs:')))
    })

    it('allow the sweeper what the effects that it runs say they need', async () => {
      const { handler } = await composed(withSender, 'Sweeper', HANDLERS.PostConfirmation)
      const needed = [...onceRules(handler.composition).values()].flatMap(({ rule }) => needsOf(rule))
      expect(needed).not.toEqual([])
      expect(granted(withSender, 'Sweeper')).toEqual(
        expect.arrayContaining(needed.flatMap(({ actions, resource }) => actions.map((action) => `${action} on ${resourceOf(resource)}`))),
      )
    })

    it('let pre sign-up read the blocks only where they are looked up at sign-up', () => {
      expect(bare.lambda('PreSignUp').Properties.Environment.Variables.BLOCK_TABLE).toBe('')
      expect(withBlocks.lambda('PreSignUp').Properties.Environment.Variables.BLOCK_TABLE).toBe(
        withBlocks.lambda('PreAuthentication').Properties.Environment.Variables.BLOCK_TABLE,
      )
      expect(granted(withBlocks, 'PreSignUp')).toContain('dynamodb:BatchGetItem on BlockTable.Arn')
      expect(granted(bare, 'PreSignUp').filter((grant) => !grant.startsWith('logs:'))).toEqual([])
    })

    it('write traces where tracing is on, and otherwise not', () => {
      for (const name of functions) {
        expect(lambda(name).Properties.TracingConfig).toEqual({ Mode: 'PassThrough' })
        expect(resource(`${name}Role`).Properties.Policies.filter(isOfTraces)).toEqual([
          {
            'Fn::If': [
              'Traces',
              {
                PolicyName: 'traces',
                PolicyDocument: {
                  Version: '2012-10-17',
                  Statement: [{ Effect: 'Allow', Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], Resource: '*' }],
                },
              },
              { Ref: 'AWS::NoValue' },
            ],
          },
        ])
      }
      expect(template().Conditions).toMatchObject({ Traces: { 'Fn::Equals': ['PassThrough', 'Active'] } })
    })

    it('are taken on by Lambda alone', () => {
      expect(ofType('AWS::IAM::Role')).toHaveLength(functions.length)
      for (const [, { Properties }] of ofType('AWS::IAM::Role')) {
        expect(Properties.AssumeRolePolicyDocument.Statement).toEqual([
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ])
      }
    })

    it('let mail go out from the configured sender alone, and none without one', () => {
      const policy = withSender.resource('WelcomeEmailPolicy')
      expect(policy.Condition).toBe('SendsWelcomeEmail')
      expect(policy.Properties.PolicyDocument.Statement[0].Condition).toEqual({
        StringEquals: { 'ses:FromAddress': 'welcome@example.com' },
      })
      expect(sending().Conditions).toMatchObject({
        SendsWelcomeEmail: { 'Fn::Not': [{ 'Fn::Equals': ['welcome@example.com', ''] }] },
        HealsWelcomeEmail: { 'Fn::And': [{ Condition: 'SendsWelcomeEmail' }, { 'Fn::Not': [{ 'Fn::Equals': ['2026-01-01', ''] }] }] },
      })
      expect(template().Conditions).toMatchObject({ SendsWelcomeEmail: { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] } })
    })

    it('leave the ledger alone where no mail is sent, but for the sweeper', () => {
      const onLedger = functions.filter((name) => granted(bare, name).some((grant) => grant.includes('EffectTable')))
      expect(onLedger).toEqual(['Sweeper'])
    })
  })
}

function isOfTraces(policy: { readonly 'Fn::If'?: readonly unknown[] }): boolean {
  return policy['Fn::If']?.[0] === 'Traces'
}

interface Composed {
  readonly handler: { readonly composition: RuleNode }
}

/** Loads a handler anew, in the environment that the template gives a function. */
async function composed({ lambda }: Asked, name: FunctionName, load: () => Promise<Composed>): Promise<Composed> {
  vi.resetModules()
  for (const [key, value] of Object.entries(lambda(name).Properties.Environment.Variables)) vi.stubEnv(key, String(value))
  try {
    return await load()
  } finally {
    vi.unstubAllEnvs()
  }
}
