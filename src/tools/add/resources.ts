import type { Project } from '../project/project.ts'
import { toFunctionId } from '../project/serverless-template.ts'
import { toSymbolic } from '../project/symbolic.ts'
import type { FunctionPlan, NeededTable } from './plan.ts'
import { findTableValue, type Kind, type Wiring } from './target.ts'

const RUNTIME = 'nodejs24.x'
const TIMEOUT = 5
const MEMORY = 512

/** The tables to create, and the value of each table setting. */
export interface Tables {
  readonly created: readonly NeededTable[]
  readonly values: Readonly<Record<string, unknown>>
}

/** Chooses the tables: a table that the project already has for a setting, or else a new one. */
export function chooseTables(project: Project, plans: readonly FunctionPlan[]): Tables {
  const needed = new Map(plans.flatMap(({ tables }) => tables).map((table) => [table.setting, table]))
  const values: Record<string, unknown> = {}
  const created: NeededTable[] = []
  for (const table of needed.values()) {
    const value = findTableValue(project, table.setting)
    values[table.setting] = value ?? { Ref: table.id }
    if (value === undefined && !project.template.resources.has(table.id)) created.push(table)
  }
  return { created, values }
}

/** Builds the CloudFormation resources of new tables. */
export function buildTables({ created }: Tables): Readonly<Record<string, object>> {
  return Object.fromEntries(
    created.map(({ id, properties }) => [
      id,
      { Type: 'AWS::DynamoDB::Table', DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain', Properties: properties },
    ]),
  )
}

/** Builds the IAM statements of a function. */
export function buildStatements({ permissions }: FunctionPlan, { values }: Tables): readonly object[] {
  return permissions.map(({ actions, setting, index }) => {
    const arn = toTableArn(values[setting])
    return {
      Effect: 'Allow',
      Action: [...actions],
      Resource: index === undefined ? arn : { 'Fn::Sub': [`\${Table}/index/${index}`, { Table: arn }] },
    }
  })
}

/** Builds the block of a function in serverless.yml. */
export function buildServerlessFunction(plan: FunctionPlan, tables: Tables, wiring: Wiring): object {
  const { trigger, folder } = plan
  const event =
    wiring.kind === 'event' ? { cognitoUserPool: { pool: wiring.pool, trigger, ...(wiring.existing && { existing: true }) } } : undefined
  return {
    handler: `dist/${folder}/handler.handler`,
    runtime: RUNTIME,
    timeout: TIMEOUT,
    memorySize: MEMORY,
    package: { individually: true, patterns: ['!**', `dist/${folder}/*.js`, `dist/${folder}/package.json`] },
    environment: buildEnvironment(plan, tables),
    ...(event && { events: [event] }),
  }
}

/** Builds the resource of a function in a SAM template. */
export function buildSamFunction(plan: FunctionPlan, tables: Tables, wiring: Wiring): object {
  const { trigger, folder } = plan
  const statements = buildStatements(plan, tables)
  const pool = wiring.kind === 'resource' ? wiring.pool.id : wiring.pool
  return {
    Type: 'AWS::Serverless::Function',
    Properties: {
      CodeUri: `dist/${folder}/`,
      Handler: 'handler.handler',
      Runtime: RUNTIME,
      Timeout: TIMEOUT,
      MemorySize: MEMORY,
      Environment: { Variables: buildEnvironment(plan, tables) },
      ...(statements.length > 0 && { Policies: [{ Version: '2012-10-17', Statement: statements }] }),
      Events: { [trigger]: { Type: 'Cognito', Properties: { UserPool: { Ref: pool }, Trigger: trigger } } },
    },
  }
}

/** Builds the permission with which a pool of the template invokes a function of serverless.yml. */
export function buildInvokePermission({ name }: FunctionPlan, pool: string): object {
  return {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': [toFunctionId(name), 'Arn'] },
      Principal: 'cognito-idp.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': [pool, 'Arn'] },
    },
  }
}

/** Returns the name of a function in a kind of project. */
export function nameFunction({ name, trigger }: FunctionPlan, kind: Kind): string {
  return kind === 'sam' ? `${trigger}Function` : name
}

function buildEnvironment({ environment, tables }: FunctionPlan, { values }: Tables): Readonly<Record<string, unknown>> {
  return { ...environment, ...Object.fromEntries(tables.map(({ setting }) => [setting, values[setting]])) }
}

/** Converts a table's name to its ARN: a reference to the attribute, or a text with the name. */
function toTableArn(value: unknown): unknown {
  const [, id] = /^\$\{(\w+)\}$/.exec(toSymbolic(value) ?? '') ?? []
  if (id !== undefined) return { 'Fn::GetAtt': [id, 'Arn'] }
  return { 'Fn::Sub': [`arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/\${Table}`, { Table: value }] }
}
