import { createHandler } from './create-handler.ts'
import { readApiSettings } from './settings.ts'
import { verifyCognitoTokens } from './verify-cognito.ts'

/** The function behind API Gateway. */
export const handler = createHandler(verifyCognitoTokens(readApiSettings(process.env)))
