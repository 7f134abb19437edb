import type { Contract } from '../support/triggers.ts'

export const contract: Contract = {
  // The bundle includes the table of triggers, because the sweeper finds an effect's trigger by its trigger source.
  budget: { raw: 282_700, gzipped: 92_000 },
  clients: ['cognito-identity-provider', 'dynamodb', 'ses'],
}
