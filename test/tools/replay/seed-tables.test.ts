import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { expect, it, onTestFinished } from 'vitest'
import { dynamoInvites } from '../../../src/shared/invites/dynamo-invites.ts'
import { startServices } from '../../../src/tools/local/services.ts'
import { useDocuments } from '../../../src/tools/replay/rows.ts'
import { listSeedTables, type Seed } from '../../../src/tools/replay/seed.ts'
import { writeItems, writeSeeds } from '../../../src/tools/replay/write-seeds.ts'
import { dynamoDbClient } from '../../support/local-clients.ts'

const users = (items: readonly Readonly<Record<string, string | number | boolean>>[]) => ({
  tables: { USER_TABLE: { key: 'name', items } },
})

it('listSeedTables merges the items of a table, and leaves out a table that no setting names', () => {
  const seeds = [users([{ name: 'a' }]), {}, users([{ name: 'b' }]), { tables: { NO_SUCH_TABLE: { key: 'x', items: [] } } }]
  expect(listSeedTables(seeds, { USER_TABLE: 'people' })).toEqual([
    {
      definition: {
        name: 'people',
        keySchema: [{ AttributeName: 'name', KeyType: 'HASH' }],
        attributeDefinitions: [{ AttributeName: 'name', AttributeType: 'S' }],
      },
      items: [{ name: 'a' }, { name: 'b' }],
    },
  ])
})

it('writeSeeds writes the invitations, and names the file of an invalid one', async () => {
  const services = await startServices({ blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'invites' })
  onTestFinished(() => services.stop())
  const write = (...invites: NonNullable<Seed['invites']>) =>
    useDocuments(services.dynamodb.endpoint, (documents) =>
      writeSeeds(documents, { blocks: 'blocks', invites: 'invites' }, [{ file: 'seed.json', blocks: [], invites }]),
    )

  await write({ type: 'code', value: 'old', until: '2020-01-31T00:00:00Z' }, { type: 'code', value: 'friends', uses: 2 })
  await expect(write({ type: 'code', value: 'many', uses: 501 })).rejects.toThrow('seed.json: The uses are 501')

  await useDocuments(services.dynamodb.endpoint, async (documents) => {
    const invites = dynamoInvites({ documents: () => documents, table: 'invites' })
    const find = (value: string) => invites.find({ type: 'code', value }, { userPoolId: 'a', userName: 'b' }, new AbortController().signal)
    expect([await find('old'), await find('friends'), await find('many')]).toEqual(['expired', 'usable', 'unknown'])
  })
})

it('writeItems writes the items, and names the table of an item that DynamoDB rejects', async () => {
  const good = listSeedTables([users([{ name: 'a', age: 7, admin: true }])], { USER_TABLE: 'people' })
  const bad = listSeedTables([users([{ age: 7 }])], { USER_TABLE: 'people' })
  const names = { blocks: 'blocks', profiles: 'profiles', effects: 'effects', limits: 'limits' }
  const services = await startServices(names, { tables: good.map(({ definition }) => definition) })
  onTestFinished(() => services.stop())
  const { endpoint } = services.dynamodb

  await useDocuments(endpoint, (documents) => writeItems(documents, good))
  await expect(useDocuments(endpoint, (documents) => writeItems(documents, bad))).rejects.toThrow(
    /^seed.json: an item of the table people cannot be written: /,
  )

  const client = dynamoDbClient(endpoint)
  const found = await DynamoDBDocumentClient.from(client).send(new GetCommand({ TableName: 'people', Key: { name: 'a' } }))
  client.destroy()
  expect(found.Item).toEqual({ name: 'a', age: 7, admin: true })
})
