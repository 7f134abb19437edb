import type { Contract } from '../support/triggers.ts'

export const contract: Contract = {
  // It holds the table of triggers: the trigger of an effect follows from its source.
  budget: { raw: 275_700, gzipped: 90_400 },
  clients: ['cognito-identity-provider', 'dynamodb', 'ses'],
}
