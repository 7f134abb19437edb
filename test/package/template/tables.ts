import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { startServices } from '../../../src/tools/local/services.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'
import { asked, type Packaged } from '../../support/package/packaged.ts'

/** Defines the tests of the tables. */
export function assertTables({ template, invited }: Packaged): void {
  const { lambda, resource, ofType } = asked(template)
  const withInvites = asked(invited)

  describe('the tables', () => {
    it('gives the tables the same keys and indexes as the local services for tests', async () => {
      const services = await startServices({
        blocks: 'lifeguard-dev-blocks',
        profiles: 'lifeguard-dev-profiles',
        effects: 'lifeguard-dev-effects',
        limits: 'lifeguard-dev-limits',
      })
      const client = dynamoDbClient(services.dynamodb.endpoint)
      try {
        for (const name of ['BlockTable', 'ProfileTable', 'LimitTable']) {
          const { TableName, KeySchema, AttributeDefinitions, BillingMode } = resource(name).Properties
          const { Table } = await client.send(new DescribeTableCommand({ TableName }))
          expect(Table).toMatchObject({ KeySchema, AttributeDefinitions, BillingModeSummary: { BillingMode } })
          expect(Table?.GlobalSecondaryIndexes).toBeUndefined()
        }
        const { TableName, KeySchema, AttributeDefinitions, BillingMode, GlobalSecondaryIndexes } = resource('EffectTable').Properties
        const { Table } = await client.send(new DescribeTableCommand({ TableName }))
        expect(Table).toMatchObject({ KeySchema, BillingModeSummary: { BillingMode }, GlobalSecondaryIndexes })
        // DynamoDB may return the attribute definitions in any order, so the test ignores the order.
        expect(Table?.AttributeDefinitions).toHaveLength(AttributeDefinitions.length)
        expect(Table?.AttributeDefinitions).toEqual(expect.arrayContaining(AttributeDefinitions))
      } finally {
        client.destroy()
        await services.stop()
      }
    })

    it.each(['BlockTable', 'ProfileTable', 'EffectTable', 'LimitTable'])(
      'retains %s, encrypts it, and enables point-in-time recovery',
      (name) => {
        expect(resource(name)).toMatchObject({
          DeletionPolicy: 'Retain',
          UpdateReplacePolicy: 'Retain',
          Properties: {
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
            SSESpecification: { SSEEnabled: true },
            DeletionProtectionEnabled: { 'Fn::If': ['ProtectsData', true, false] },
          },
        })
      },
    )

    it('creates the table of invitations only with invitations, and protects it like the others', () => {
      const { Properties: block, ...policies } = resource('BlockTable')
      expect(ofType('AWS::DynamoDB::Table').map(([name]) => name)).not.toContain('InviteTable')
      expect(withInvites.resource('InviteTable')).toEqual({ ...policies, Properties: { ...block, TableName: 'lifeguard-dev-invites' } })
      expect(withInvites.ofType('AWS::DynamoDB::Table')).toHaveLength(ofType('AWS::DynamoDB::Table').length + 1)
    })

    it('lets DynamoDB expire blocks and counters, but never profiles or effects', () => {
      for (const name of ['BlockTable', 'LimitTable'])
        expect(resource(name).Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true })
      expect(resource('ProfileTable').Properties.TimeToLiveSpecification).toBeUndefined()
      expect(resource('EffectTable').Properties.TimeToLiveSpecification).toBeUndefined()
    })

    it('names the tables by service and stage, as in the environment of the functions', () => {
      const variables = (trigger: string): Record<string, string> => lambda(trigger).Properties.Environment.Variables
      expect(resource('BlockTable').Properties.TableName).toBe('lifeguard-dev-blocks')
      expect(resource('ProfileTable').Properties.TableName).toBe('lifeguard-dev-profiles')
      expect(variables('PreAuthentication').BLOCK_TABLE).toBe('lifeguard-dev-blocks')
      expect(variables('PostAuthentication').PROFILE_TABLE).toBe('lifeguard-dev-profiles')
      expect(variables('PostConfirmation').PROFILE_TABLE).toBe('lifeguard-dev-profiles')
      expect(resource('EffectTable').Properties.TableName).toBe('lifeguard-dev-effects')
      expect(resource('LimitTable').Properties.TableName).toBe('lifeguard-dev-limits')
      expect(variables('PostConfirmation').EFFECT_TABLE).toBe('lifeguard-dev-effects')
      expect(variables('Sweeper').EFFECT_TABLE).toBe('lifeguard-dev-effects')
    })
  })
}
