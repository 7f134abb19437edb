import type { FunctionPlan } from './plan.ts'
import type { Tables } from './resources.ts'

/** Formats the TypeScript that adds functions and tables to a stack of the AWS CDK. */
export function formatCdk(plans: readonly FunctionPlan[], { created, values }: Tables): string {
  const tables = new Map(created.map(({ setting, id }) => [setting, `${id.charAt(0).toLowerCase()}${id.slice(1)}`]))
  const imports = [
    "import { Duration } from 'aws-cdk-lib'",
    "import * as cognito from 'aws-cdk-lib/aws-cognito'",
    ...(created.length > 0 ? ["import * as dynamodb from 'aws-cdk-lib/aws-dynamodb'"] : []),
    "import * as lambda from 'aws-cdk-lib/aws-lambda'",
  ]
  const declared = created.map(({ setting, id, properties }) => formatTable(tables.get(setting) ?? id, id, properties))
  return [...imports, '', ...declared, ...plans.map((plan) => formatFunction(plan, tables, values))].join('\n')
}

function formatTable(variable: string, id: string, properties: Readonly<Record<string, unknown>>): string {
  const index = JSON.stringify(properties).includes('"queue"')
  return [
    `const ${variable} = new dynamodb.Table(this, '${id}', {`,
    "  partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },",
    '  billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,',
    ...('TimeToLiveSpecification' in properties ? ["  timeToLiveAttribute: 'expiresAt',"] : []),
    '  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },',
    '})',
    ...(index
      ? [
          `${variable}.addGlobalSecondaryIndex({`,
          "  indexName: 'queue',",
          "  partitionKey: { name: 'queue', type: dynamodb.AttributeType.STRING },",
          "  sortKey: { name: 'dueAt', type: dynamodb.AttributeType.STRING },",
          '})',
        ]
      : []),
    '',
  ].join('\n')
}

function formatFunction(plan: FunctionPlan, tables: ReadonlyMap<string, string>, values: Readonly<Record<string, unknown>>): string {
  const { trigger, name, folder, exported, environment, permissions } = plan
  const settings = [
    ...Object.entries(environment).map(([setting, value]) => `    ${setting}: '${value}',`),
    ...plan.tables.map(({ setting }) => {
      const variable = tables.get(setting)
      return `    ${setting}: ${variable === undefined ? JSON.stringify(values[setting]) : `${variable}.tableName`},`
    }),
  ]
  const operation = trigger.replaceAll(/(?<!^)([A-Z])/g, '_$1').toUpperCase()
  return [
    `const ${name} = new lambda.Function(this, '${trigger}', {`,
    "  runtime: new lambda.Runtime('nodejs24.x', lambda.RuntimeFamily.NODEJS),",
    `  code: lambda.Code.fromAsset('dist/${folder}', { exclude: ['*.map', 'meta.json'] }),`,
    `  handler: 'handler.${exported}',`,
    '  timeout: Duration.seconds(5),',
    '  memorySize: 512,',
    '  environment: {',
    ...settings,
    '  },',
    '})',
    ...permissions.flatMap(({ resource, actions }) => {
      const variable = tables.get(resource)
      return variable === undefined ? [] : [`${variable}.grant(${name}, ${actions.map((action) => `'${action}'`).join(', ')})`]
    }),
    `userPool.addTrigger(cognito.UserPoolOperation.${operation}, ${name})`,
    '',
  ].join('\n')
}
