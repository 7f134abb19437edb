export { type Sns, type SnsClientOptions, snsClient } from '../shared/aws/sns.ts'
export type { Texter, TextMessage } from '../shared/sms/texter.ts'
export { type SnsTexterOptions, snsTexter } from './sns-texter.ts'
