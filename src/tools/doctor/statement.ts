import { isObject } from '../../shared/rules/invocation.ts'
import type { Statement } from '../project/iam-statement.ts'

/** A statement, and the property of the configuration to which it must be added. */
export interface MissingStatement {
  readonly statement: Statement
  readonly addTo: string
  /** True for a SAM function, whose Policies contain documents instead of statements. */
  readonly isPolicy: boolean
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
