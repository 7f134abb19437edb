import { isObject } from '../../shared/rules/invocation.ts'
import type { RulePermission } from '../../shared/rules/rule.ts'
import type { Resource } from '../project/template.ts'

/** An IAM statement that allows missing actions, with the least rights. Its values have the long form of CloudFormation. */
export interface Statement {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** A statement, and the property of the configuration to which it must be added. */
export interface MissingStatement {
  readonly statement: Statement
  readonly addTo: string
  /** True for a SAM function, whose Policies contain documents instead of statements. */
  readonly isPolicy: boolean
}

const REGION = `arn:\${AWS::Partition}:SERVICE:\${AWS::Region}:\${AWS::AccountId}:`

/**
 * Creates the statement that a rule lacks. Returns undefined if the template does not show the resource.
 *
 * @param setting The value of the environment variable that names the resource.
 */
export function createStatement(
  actions: readonly string[],
  { index }: RulePermission,
  setting: unknown,
  table: Resource | undefined,
): Statement | undefined {
  const allowed = { Effect: 'Allow', Action: actions } as const
  if (actions.every((action) => action.startsWith('ses:'))) {
    const from = typeof setting === 'string' ? (/<([^<>]+)>\s*$/.exec(setting)?.[1] ?? setting) : setting
    const Condition = { StringEquals: { 'ses:FromAddress': from } }
    const Resource = { 'Fn::Sub': `${REGION.replace('SERVICE', 'ses')}identity/*` }
    return { ...allowed, Resource, ...(from !== undefined && { Condition }) }
  }
  if (!actions.every((action) => action.startsWith('dynamodb:'))) return undefined
  const part = index === undefined ? '' : `/index/${index}`
  if (table !== undefined)
    return { ...allowed, Resource: part === '' ? { 'Fn::GetAtt': [table.id, 'Arn'] } : { 'Fn::Sub': `\${${table.id}.Arn}${part}` } }
  const start = `${REGION.replace('SERVICE', 'dynamodb')}table/`
  if (typeof setting === 'string') return { ...allowed, Resource: { 'Fn::Sub': `${start}${setting}${part}` } }
  return setting === undefined ? undefined : { ...allowed, Resource: { 'Fn::Sub': [`${start}\${Table}${part}`, { Table: setting }] } }
}

/** Formats a statement as lines of YAML that can be pasted into the list that the first line names. */
export function formatStatement({ statement, addTo, isPolicy }: MissingStatement, isTerraform: boolean): readonly string[] {
  const { Effect, Action, Resource, Condition } = statement
  if (isTerraform) return [`Add to ${addTo}, in jsonencode():`, ...formatHcl(statement)]
  const lines = [
    `- Effect: ${Effect}`,
    '  Action:',
    ...Action.map((action) => `    - ${action}`),
    `  Resource: ${formatValue(Resource)}`,
    ...Object.entries(Condition ?? {}).flatMap(([operator, keys]) => [
      '  Condition:',
      `    ${operator}:`,
      ...Object.entries(keys).map(([key, value]) => `      ${key}: ${formatValue(value)}`),
    ]),
  ]
  return [`Add to ${addTo}:`, ...(isPolicy ? ['- Statement:', ...lines.map((line) => `    ${line}`)] : lines)]
}

/** Formats a statement as an object of Terraform's language. */
function formatHcl({ Action, Resource, Condition }: Statement): readonly string[] {
  return [
    '{',
    '  Effect   = "Allow"',
    `  Action   = ${JSON.stringify(Action)}`,
    `  Resource = ${formatHclValue(Resource)}`,
    ...Object.entries(Condition ?? {}).map(([operator, keys]) => {
      const pairs = Object.entries(keys).map(([key, value]) => `${JSON.stringify(key)} = ${formatHclValue(value)}`)
      return `  Condition = { ${operator} = { ${pairs.join(', ')} } }`
    }),
    '}',
  ]
}

function formatHclValue(value: unknown): string {
  const [[name, argument] = ['', undefined]] = isObject(value) ? Object.entries(value) : []
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return `${argument[0]}.arn`
  if (name === 'Ref') return `${String(argument)}.id`
  if (name === 'Fn::Terraform') return String(argument)
  const [written, names]: readonly unknown[] = Array.isArray(argument) ? argument : [argument]
  if (name === 'Fn::Sub' && typeof written === 'string') {
    const text = written.replace(`\${Table}`, () => `\${${formatHclValue(isObject(names) ? names.Table : undefined)}}`)
    // Terraform has no names for the partition, the region and the account of its provider without a data source.
    return JSON.stringify(text.replaceAll(/\$\{AWS::\w+\}/g, '*').replace(/\$\{([^}]*)\.Arn\}/, '$${$1.arn}'))
  }
  return JSON.stringify(value)
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[A-Za-z][\w./@-]*$/.test(value) ? value : JSON.stringify(value)
  const [[name, argument] = ['', undefined], another] = isObject(value) ? Object.entries(value) : []
  if (another === undefined && name === 'Ref') return `!Ref ${String(argument)}`
  if (another === undefined && name === 'Fn::GetAtt' && Array.isArray(argument)) return `!GetAtt ${argument.join('.')}`
  if (another === undefined && name === 'Fn::Sub' && typeof argument === 'string') return `!Sub ${JSON.stringify(argument)}`
  // JSON is valid YAML.
  return JSON.stringify(value)
}
