// Custom rules. doctor reads what they declare, not their names.
import { defineRule, denyIf, emailDomainIn, not, skip } from '../../../../../src/index.ts'
import { preAuthentication } from '../../../../../src/pre-auth/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'

const permissions = [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }]

export const staffOnly = preSignUp(defineRule('staff-only', () => skip(), { permissions: [], judges: 'email-domain' }))
export const staffByCondition = preSignUp(denyIf(not(emailDomainIn('example.com')), 'not-staff', 'Staff only'))
export const domainOwner = preSignUp(defineRule('domain-owner', () => skip(), { permissions: [] }))
export const keepOut = preAuthentication(defineRule('keep-out', () => skip(), { permissions, judges: 'block' }))
export const blockParty = preAuthentication(defineRule('block-party', () => skip(), { permissions }))
