import type { Contract } from '../support/triggers.ts'

export const contract: Contract = {
  budget: { raw: 265_800, gzipped: 87_900 },
  clients: ['cognito-identity-provider', 'dynamodb', 'ses'],
}
