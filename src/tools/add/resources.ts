import { createStatement, type Statement } from '../project/iam-statement.ts'
import { isRejectedEvent, type Project } from '../project/project.ts'
import { toFunctionId } from '../project/serverless-template.ts'
import { parseReference, toSymbolic } from '../project/symbolic.ts'
import { listTables } from '../project/template.ts'
import type { FunctionPlan, NeededTable } from './plan.ts'
import { findTableValue, type Wiring } from './target.ts'

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
export function buildStatements({ permissions }: FunctionPlan, { created, values }: Tables, { template }: Project): readonly Statement[] {
  return permissions.flatMap((permission) => {
    const value = values[permission.resource]
    const id = parseReference(toSymbolic(value) ?? '')?.id
    const isTable = created.some((table) => table.id === id) || listTables(template).some((table) => table.id === id)
    return createStatement(permission.actions, permission, value, isTable ? id : undefined) ?? []
  })
}

/** Builds the block of a function in serverless.yml. */
export function buildServerlessFunction(plan: FunctionPlan, tables: Tables, wiring: Wiring): object {
  const { trigger, folder, exported } = plan
  const event =
    wiring.kind === 'event' && !isRejectedEvent(plan.trigger)
      ? { cognitoUserPool: { pool: wiring.pool, trigger, ...(wiring.existing && { existing: true }) } }
      : undefined
  return {
    handler: `dist/${folder}/handler.${exported}`,
    runtime: RUNTIME,
    timeout: TIMEOUT,
    memorySize: MEMORY,
    package: { individually: true, patterns: ['!**', `dist/${folder}/*.js`, `dist/${folder}/package.json`] },
    environment: buildEnvironment(plan, tables),
    ...(event && { events: [event] }),
  }
}

/** Builds the resource of a function in a SAM template. */
export function buildSamFunction(plan: FunctionPlan, tables: Tables, wiring: Wiring, project: Project): object {
  const { trigger, folder, exported } = plan
  const statements = buildStatements(plan, tables, project)
  const pool = wiring.kind === 'resource' ? wiring.pool.id : wiring.pool
  return {
    Type: 'AWS::Serverless::Function',
    Properties: {
      CodeUri: `dist/${folder}/`,
      Handler: `handler.${exported}`,
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
export function nameFunction({ name, trigger }: FunctionPlan, kind: Project['kind']): string {
  return kind === 'template' ? `${trigger}Function` : name
}

function buildEnvironment({ environment, tables }: FunctionPlan, { values }: Tables): Readonly<Record<string, unknown>> {
  return { ...environment, ...Object.fromEntries(tables.map(({ setting }) => [setting, values[setting]])) }
}
