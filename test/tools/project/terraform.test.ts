import { describe, expect, it } from 'vitest'
import { examine } from '../../../src/tools/doctor/examine.ts'
import type { Code } from '../../../src/tools/doctor/loaded.ts'
import { buildReport, type Report } from '../../../src/tools/doctor/report.ts'
import { readTemplate } from '../../../src/tools/project/template.ts'
import { UNREAD_CODE } from '../../support/doctor-template.ts'

type Values = Readonly<Record<string, unknown>>

/** A resource with its known values, the values that are known after apply, and the references of expressions. */
interface Declared {
  readonly address: string
  readonly values: Values
  readonly unknown?: Values
  readonly expressions?: Values
}

const refers = (...references: readonly string[]): object => ({
  references: [...references, ...references.map((each) => each.replace(/\.\w+$/, ''))],
})
const parse = (address: string): { type: string; name: string } => {
  const [type = '', name = ''] = address.replace(/\[.*$/, '').split('.').slice(-2)
  return { type, name }
}
const listed = (resources: readonly Declared[]): object => ({
  resources: resources.map(({ address, values }) => ({ address, mode: 'managed', ...parse(address), values })),
})
const configured = (resources: readonly Declared[]): object => ({
  resources: resources.map(({ address, expressions = {} }) => ({ address, ...parse(address), expressions })),
})

const ARCHIVE = {
  root_module: {
    resources: [
      {
        address: 'data.archive_file.code',
        mode: 'data',
        type: 'archive_file',
        name: 'code',
        values: { output_path: 'code.zip', source_dir: 'dist' },
      },
    ],
  },
}

const POOL: Declared = {
  address: 'aws_cognito_user_pool.people',
  values: { name: 'people', alias_attributes: null, schema: [], lambda_config: [{ custom_message: null }] },
  unknown: { arn: true, id: true, lambda_config: [{ pre_sign_up: true }] },
  expressions: { name: { constant_value: 'people' }, lambda_config: [{ pre_sign_up: refers('aws_lambda_function.sign_up.arn') }] },
}
const FUNCTION: Declared = {
  address: 'aws_lambda_function.sign_up',
  values: {
    function_name: 'sign-up',
    filename: 'code.zip',
    handler: 'sign-up.handler',
    runtime: 'nodejs24.x',
    timeout: 30,
    memory_size: 512,
    environment: [{ variables: { LEVEL: 'info', TABLE: 'rules' } }],
  },
  unknown: { arn: true, role: true, environment: [{ variables: { SENDER: true } }] },
  expressions: {
    role: refers('aws_iam_role.sign_up.arn'),
    environment: [{ variables: refers('aws_dynamodb_table.rules.name', 'var.sender') }],
  },
}
const PERMISSION: Declared = {
  address: 'aws_lambda_permission.sign_up',
  values: { action: 'lambda:InvokeFunction', function_name: 'sign-up', principal: 'cognito-idp.amazonaws.com', qualifier: null },
  unknown: { source_arn: true },
  expressions: { source_arn: refers('aws_cognito_user_pool.people.arn') },
}
const ROLE: Declared = {
  address: 'aws_iam_role.sign_up',
  values: { name: 'sign-up' },
  unknown: { arn: true, managed_policy_arns: true, inline_policy: true },
}
const TABLE: Declared = { address: 'aws_dynamodb_table.rules', values: { name: 'rules' }, unknown: { arn: true } }
const CLIENT: Declared = {
  address: 'aws_cognito_user_pool_client.web',
  values: { write_attributes: ['name'], allowed_oauth_flows: null },
  unknown: { user_pool_id: true },
  expressions: { user_pool_id: refers('aws_cognito_user_pool.people.id') },
}
const ALL = [POOL, FUNCTION, PERMISSION, ROLE, TABLE, CLIENT]

const code: Code = {
  ...UNREAD_CODE,
  rule: {
    name: 'ours',
    kind: 'rule',
    children: [],
    permissions: [
      { actions: ['dynamodb:GetItem'], resource: 'TABLE' },
      { actions: ['ses:SendEmail'], resource: 'SENDER' },
    ],
  },
  trigger: 'PreSignUp',
}

function createPlan(resources: readonly Declared[], more: object = {}): string {
  return JSON.stringify({
    format_version: '1.2',
    planned_values: { root_module: listed(resources) },
    resource_changes: resources.map(({ address, unknown = {} }) => ({ address, change: { actions: ['create'], after_unknown: unknown } })),
    prior_state: { format_version: '1.0', values: ARCHIVE },
    configuration: { root_module: configured(resources) },
    ...more,
  })
}

function examinePlan(text: string, id: string = 'aws_lambda_function/sign_up'): Report {
  const template = readTemplate('plan.json', text)
  const judged = examine({ template, codes: new Map([[id, code]]), today: new Date('2026-12-01') })
  return buildReport(judged, { file: 'plan.json', template, place: () => ({ file: 'plan.json', line: undefined }) }, new Set())
}

const change = (declared: Declared, values: Values, unknown: Values = declared.unknown ?? {}): readonly Declared[] =>
  ALL.map((each) => (each === declared ? { ...each, values: { ...each.values, ...values }, unknown } : each))
const find = ({ findings }: Report): readonly string[] => findings.map(({ code, resource }) => `${code} ${resource}`)
const LONG = 'LG101 aws_lambda_function.sign_up'

describe('a Terraform plan', () => {
  it('has the functions of a pool by the reference in its configuration', () => {
    const report = examinePlan(createPlan(ALL))

    expect(find(report)).toEqual(['LG302 aws_iam_role.sign_up', 'LG303 aws_iam_role.sign_up', LONG])
    expect(report.notJudged).toEqual([])
    expect(report.findings[0]?.paste?.split('\n')).toEqual([
      'Add to the statements of aws_iam_role.sign_up, in jsonencode():',
      '{',
      '  Effect   = "Allow"',
      '  Action   = ["dynamodb:GetItem"]',
      '  Resource = aws_dynamodb_table.rules.arn',
      '}',
    ])
  })

  it('has the folder of a zip archive as the folder of the code', () => {
    const lambda = readTemplate('plan.json', createPlan(ALL)).resources.get('aws_lambda_function/sign_up')
    expect(lambda?.properties.Code).toEqual({ CodeUri: 'dist' })
  })

  it('has the statements of role policies and attached policies', () => {
    const allow = (action: string): string => JSON.stringify({ Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] })
    const policies: readonly Declared[] = [
      { address: 'aws_iam_role_policy.table', values: { role: 'sign-up', policy: allow('dynamodb:GetItem') } },
      { address: 'aws_iam_policy.mail', values: { policy: allow('ses:SendEmail') }, unknown: { arn: true } },
      {
        address: 'aws_iam_role_policy_attachment.mail',
        values: { role: 'sign-up' },
        unknown: { policy_arn: true },
        expressions: { policy_arn: refers('aws_iam_policy.mail.arn') },
      },
    ]
    // The policies allow all tables, which no rule needs.
    expect(find(examinePlan(createPlan([...ALL, ...policies])))).toEqual([LONG, 'LG305 aws_iam_role_policy.table'])
  })

  it.each<Declared>([
    {
      address: 'aws_iam_role_policy.table',
      values: { role: 'sign-up' },
      unknown: { policy: true },
      expressions: { policy: refers('var.policy') },
    },
    {
      address: 'aws_iam_role_policy_attachment.table',
      values: { role: 'sign-up' },
      unknown: { policy_arn: true },
      expressions: { policy_arn: refers('var.policy') },
    },
    {
      address: 'aws_iam_role_policy_attachment.any',
      values: { policy_arn: 'arn:aws:iam::111122223333:policy/any' },
      unknown: { role: true },
      expressions: { role: refers('var.role') },
    },
  ])('lists the permissions as not checked if a value of $address is unknown', (policy) => {
    const report = examinePlan(createPlan([...ALL, policy]))

    expect(find(report)).toEqual([LONG])
    expect(report.notJudged).toContainEqual(expect.stringMatching(/^the permissions of aws_lambda_function.sign_up: /))
  })

  it('finds a missing permission to invoke, and an id as SourceArn', () => {
    expect(find(examinePlan(createPlan(ALL.filter((each) => each !== PERMISSION))))).toContain('LG202 aws_cognito_user_pool.people')
    const wrong = { ...PERMISSION, expressions: { source_arn: refers('aws_cognito_user_pool.people.id') } }
    expect(find(examinePlan(createPlan(ALL.map((each) => (each === PERMISSION ? wrong : each)))))).toContain(
      'LG202 aws_cognito_user_pool.people',
    )
  })

  it('lists a function as not checked if its expression has several references', () => {
    const pool = { ...POOL, expressions: { lambda_config: [{ pre_sign_up: refers('aws_lambda_function.sign_up.arn', 'var.stage') }] } }
    const report = examinePlan(createPlan(ALL.map((each) => (each === POOL ? pool : each))))

    expect(find(report)).toEqual([])
    expect(report.notJudged).toContain(
      'the calls of aws_lambda_function.sign_up for PreSignUp: LambdaConfig.PreSignUp of aws_cognito_user_pool.people is known only at deployment',
    )
  })

  it('lists an unknown timeout as not checked', () => {
    const { timeout, ...values } = FUNCTION.values
    const open = {
      ...FUNCTION,
      values,
      unknown: { ...FUNCTION.unknown, timeout: true },
      expressions: { ...FUNCTION.expressions, timeout: refers('var.timeout') },
    }
    const report = examinePlan(createPlan(ALL.map((each) => (each === FUNCTION ? open : each))))

    expect(find(report)).not.toContain(LONG)
    expect(report.notJudged).toContain('Timeout of aws_lambda_function.sign_up: the value is known only at deployment')
    expect(timeout).toBe(30)
  })

  it('follows a reference through the variables and outputs of modules', () => {
    const pool: Declared = {
      ...POOL,
      address: 'module.auth.aws_cognito_user_pool.people',
      expressions: { lambda_config: [{ pre_sign_up: refers('var.sign_up') }] },
    }
    const permission = { ...PERMISSION, expressions: { source_arn: refers('module.auth.pool_arn') } }
    const root = [FUNCTION, permission, ROLE, TABLE]
    const own = listed(root)
    const text = createPlan([...root, pool], {
      planned_values: { root_module: { ...own, child_modules: [{ address: 'module.auth', ...listed([pool]) }] } },
      configuration: {
        root_module: {
          ...configured(root),
          module_calls: {
            auth: {
              expressions: { sign_up: refers('aws_lambda_function.sign_up.arn') },
              module: { ...configured([pool]), outputs: { pool_arn: { expression: refers('aws_cognito_user_pool.people.arn') } } },
            },
          },
        },
      },
    })
    expect(find(examinePlan(text))).toEqual(['LG302 aws_iam_role.sign_up', 'LG303 aws_iam_role.sign_up', LONG])
  })

  it('has the function behind qualified_arn, which names a new version after each change', () => {
    const pool = { ...POOL, expressions: { lambda_config: [{ pre_sign_up: refers('aws_lambda_function.sign_up.qualified_arn') }] } }
    const codes = find(examinePlan(createPlan(change(FUNCTION, { publish: true }).map((each) => (each === POOL ? pool : each)))))

    expect(codes).toContain(LONG)
    expect(codes.filter((each) => each.startsWith('LG207') || each.startsWith('LG304'))).toEqual([])
  })
})

describe('a Terraform state', () => {
  it('has functions and pools by their ARNs', () => {
    const arn = 'arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Example'
    const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:sign-up'
    const role = 'arn:aws:iam::111122223333:role/sign-up'
    const resources: readonly Declared[] = [
      { ...POOL, values: { ...POOL.values, arn, id: 'eu-west-1_Example', lambda_config: [{ pre_sign_up: lambda, custom_message: '' }] } },
      { ...FUNCTION, values: { ...FUNCTION.values, arn: lambda, role } },
      { ...PERMISSION, values: { ...PERMISSION.values, source_arn: arn } },
      { ...ROLE, values: { ...ROLE.values, arn: role, managed_policy_arns: [], inline_policy: [] } },
      TABLE,
      { ...CLIENT, values: { user_pool_id: 'eu-west-1_Example', write_attributes: [], allowed_oauth_flows: [] } },
    ]
    const report = examinePlan(JSON.stringify({ format_version: '1.0', values: { root_module: listed(resources) } }))

    expect(find(report)).toEqual(['LG302 aws_iam_role.sign_up', 'LG303 aws_iam_role.sign_up', LONG])
    expect(report.notJudged).toEqual([])
  })
})
