export type { Counter, Limit } from './counter.ts'
export { type DynamoCounterOptions, dynamoCounter } from './dynamo-counter.ts'
