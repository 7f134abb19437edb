import type { Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import type { Counter, DefineAuthChallenge } from 'cognito-lifeguard/custom-challenge'
import { dynamoCounter } from 'cognito-lifeguard/limits'
import { blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'
import type { CustomChallengeSettings } from './settings.ts'

/** The parts of the functions that use DynamoDB. */
export interface Tables {
  readonly counter: Counter
  readonly block: Rule<DefineAuthChallenge>
}

/** Opens the tables. A separate file, so that DefineAuthChallenge loads the SDK of DynamoDB only for a block list. */
export function openTables({ LIMIT_TABLE, BLOCK_TABLE = '' }: CustomChallengeSettings): Tables {
  const documents = documentClient()
  return {
    counter: dynamoCounter({ documents, table: LIMIT_TABLE }),
    block: blockUsers(dynamoBlockList({ documents, table: BLOCK_TABLE })),
  }
}
