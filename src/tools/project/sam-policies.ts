import { isObject } from '../../shared/rules/invocation.ts'

const TABLE = `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/\${Name}`
const IDENTITY = `arn:\${AWS::Partition}:ses:\${AWS::Region}:\${AWS::AccountId}:identity/\${Name}`
const READ = ['GetItem', 'Scan', 'Query', 'BatchGetItem', 'DescribeTable']
const WRITE = ['PutItem', 'UpdateItem', 'BatchWriteItem']
const SEND = ['GetIdentityVerificationAttributes', 'SendEmail', 'SendRawEmail', 'VerifyEmailIdentity']

interface PolicyTemplate {
  readonly service: 'dynamodb' | 'ses'
  readonly actions: readonly string[]
  /** The parameter that names the table or identity; undefined for a policy on all resources. */
  readonly parameter?: string
  readonly withIndexes?: true
}

/**
 * SAM's policy templates for DynamoDB and SES, which rules may need. Other templates are not read.
 *
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
 */
const POLICY_TEMPLATES: Readonly<Record<string, PolicyTemplate>> = {
  DynamoDBCrudPolicy: createTablePolicy([...READ, ...WRITE, 'DeleteItem', 'ConditionCheckItem']),
  DynamoDBReadPolicy: createTablePolicy(READ),
  DynamoDBWritePolicy: createTablePolicy(WRITE),
  DynamoDBReconfigurePolicy: { service: 'dynamodb', actions: ['UpdateTable'], parameter: 'TableName' },
  SESCrudPolicy: { service: 'ses', actions: SEND, parameter: 'IdentityName' },
  SESBulkTemplatedCrudPolicy: {
    service: 'ses',
    actions: [...SEND, 'SendTemplatedEmail', 'SendBulkTemplatedEmail'],
    parameter: 'IdentityName',
  },
  SESSendBouncePolicy: { service: 'ses', actions: ['SendBounce'], parameter: 'IdentityName' },
  SESEmailTemplateCrudPolicy: {
    service: 'ses',
    actions: ['CreateTemplate', 'GetTemplate', 'ListTemplates', 'UpdateTemplate', 'DeleteTemplate', 'TestRenderTemplate'],
  },
}

function createTablePolicy(actions: readonly string[]): PolicyTemplate {
  return { service: 'dynamodb', actions, parameter: 'TableName', withIndexes: true }
}

/** Converts a policy template of SAM to a policy document. Returns undefined for templates that are not listed, and other policies. */
export function expandPolicyTemplate(policy: unknown): { readonly Statement: object } | undefined {
  const [[name, parameters] = ['', undefined], another] = isObject(policy) ? Object.entries(policy) : []
  const template = Object.hasOwn(POLICY_TEMPLATES, name) ? POLICY_TEMPLATES[name] : undefined
  if (template === undefined || another !== undefined || !isObject(parameters)) return undefined
  const { service, actions, parameter, withIndexes } = template
  const named = parameter === undefined ? undefined : parameters[parameter]
  if (parameter !== undefined && named === undefined) return undefined
  const arn = (end: string): object => ({ 'Fn::Sub': [`${service === 'ses' ? IDENTITY : TABLE}${end}`, { Name: named }] })
  const Resource = named === undefined ? '*' : withIndexes ? [arn(''), arn('/index/*')] : arn('')
  return { Statement: [{ Effect: 'Allow', Action: actions.map((each) => `${service}:${each}`), Resource }] }
}
