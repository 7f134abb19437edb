import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SESClient } from '@aws-sdk/client-ses'

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** Creates an SES client with a timeout of 500 ms and, by default, one attempt. */
export function sesClient(endpoint: string, options: { region?: string; maxAttempts?: number } = {}): SESClient {
  const { region = 'us-east-1', maxAttempts = 1 } = options
  const requestHandler = { connectionTimeout: 500, requestTimeout: 500, throwOnRequestTimeout: true }
  return new SESClient({ endpoint, region, credentials, maxAttempts, requestHandler })
}

/** Creates a DynamoDB client that does not retry. */
export function dynamoDbClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}
