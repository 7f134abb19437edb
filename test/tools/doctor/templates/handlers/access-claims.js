// Needs version 2 of the event, or version 3 for machine tokens.
import { addClaims, preTokenGeneration } from '../../../../../src/pre-token/index.ts'

export const handler = preTokenGeneration(addClaims({ app: 'shop' }, { to: 'access' }))
