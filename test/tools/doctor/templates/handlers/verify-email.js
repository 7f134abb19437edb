import { autoConfirm, preSignUp } from '../../../../../src/pre-signup/index.ts'

export const handler = preSignUp(autoConfirm({ verifyEmail: 'trust-unproven-address' }))
