import type { RulePermission } from '../../shared/rules/rule.ts'

/** An IAM statement that allows missing actions, with the least rights. Its values have the long form of CloudFormation. */
export interface Statement {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const REGION = `arn:\${AWS::Partition}:SERVICE:\${AWS::Region}:\${AWS::AccountId}:`

/**
 * Creates the statement with the permissions that a rule declares. Returns undefined if the template does not show the resource.
 *
 * @param setting The value of the environment variable that names the resource.
 * @param tableId The logical id of the table that the setting names. Undefined if the table is not in the template.
 */
export function createStatement(
  actions: readonly string[],
  { index }: RulePermission,
  setting: unknown,
  tableId: string | undefined,
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
  if (tableId !== undefined)
    return { ...allowed, Resource: part === '' ? { 'Fn::GetAtt': [tableId, 'Arn'] } : { 'Fn::Sub': `\${${tableId}.Arn}${part}` } }
  const start = `${REGION.replace('SERVICE', 'dynamodb')}table/`
  if (typeof setting === 'string') return { ...allowed, Resource: { 'Fn::Sub': `${start}${setting}${part}` } }
  return setting === undefined ? undefined : { ...allowed, Resource: { 'Fn::Sub': [`${start}\${Table}${part}`, { Table: setting }] } }
}
