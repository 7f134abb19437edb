import type { Contract } from '../support/triggers.ts'

export const contract: Contract = {
  // The bundle includes the table of triggers, which finds the trigger of an effect by its trigger source.
  budget: { raw: 275_700, gzipped: 90_400 },
  clients: ['cognito-identity-provider', 'dynamodb', 'ses'],
}
