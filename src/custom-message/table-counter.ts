import { documentClient } from 'cognito-lifeguard/aws'
import { type Counter, dynamoCounter } from 'cognito-lifeguard/limits'

/** Makes a counter in a table. A separate file, so that a handler without a limit loads no AWS SDK. */
export function tableCounter(table: string): Counter {
  return dynamoCounter({ documents: documentClient(), table })
}
