import type { Contract } from '../support/triggers.ts'

export const contract: Contract = {
  // Includes the table of triggers, to find the trigger of an effect from its trigger source.
  budget: { raw: 275_700, gzipped: 90_400 },
  clients: ['cognito-identity-provider', 'dynamodb', 'ses'],
}
