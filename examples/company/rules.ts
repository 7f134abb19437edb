import type { Approving, Refusing, Rule } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { allowEmailDomains, blockUsers, dynamoBlockList } from 'cognito-lifeguard/rules'

const documents = documentClient()

/** Allows addresses of the company. The address of a federated user must be verified by the identity provider. */
export function allowCompany<T extends Approving>(): Rule<T> {
  return allowEmailDomains<T>('example.com', '*.example.com')
}

/** Denies blocked users, such as former employees. */
export function denyBlocked<T extends Refusing>(): Rule<T> {
  return blockUsers<T>(dynamoBlockList({ documents, table: process.env.BLOCK_TABLE ?? 'blocks' }))
}
