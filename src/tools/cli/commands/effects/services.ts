import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { lazily } from '../../../../shared/lazily.ts'
import { dynamoEffects, type Effects } from '../../../../shared/ledger/dynamo-effects.ts'
import { dynamoOwed, type Owed } from '../../../../shared/ledger/dynamo-ledger.ts'

/** What the commands work on. */
export interface EffectsServices {
  readonly effects: Effects
  readonly owed: Owed
}

// A person waits longer than Cognito does, over a line that may be slow; forever is too long.
const requestHandler = { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true }

/** The caller's own services: the SDK reads credentials, region and endpoints from the environment. */
export function effectsServices(table: string): EffectsServices {
  const documents = lazily(() =>
    DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }), { marshallOptions: { removeUndefinedValues: true } }),
  )
  return { effects: dynamoEffects({ documents, table }), owed: dynamoOwed({ documents, table }) }
}
