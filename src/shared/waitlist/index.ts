export { type DynamoWaitlistOptions, dynamoWaitlist } from './dynamo-waitlist.ts'
export { dynamoWaitlistWriter } from './dynamo-waitlist-writer.ts'
export type { Waitlist, WaitlistEntry, WaitlistKey, WaitlistWriter } from './waitlist.ts'
