import { triggeredBy, when } from '../../../../../src/index.ts'
import { addClaims, preTokenGeneration } from '../../../../../src/pre-token/index.ts'

export const handler = preTokenGeneration(when(triggeredBy('TokenGeneration_RefreshTokens'), addClaims({ refreshed: true })))
