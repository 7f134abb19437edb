export type { Counter, Limit } from './counter.ts'
export { type DynamoCounterOptions, dynamoCounter } from './dynamo-counter.ts'
export { dynamoSlidingCounter } from './dynamo-sliding-counter.ts'
