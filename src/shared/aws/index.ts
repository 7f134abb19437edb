export { type Cognito, type CognitoClientOptions, cognitoClient } from './cognito.ts'
export { type Documents, documentClient } from './dynamodb.ts'
export type { SesClientOptions } from './sending-client.ts'
export { type Ses, sesClient } from './ses.ts'
