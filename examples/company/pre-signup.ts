import { preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowCompany, denyBlocked } from './rules.ts'

export const handler = preSignUp({ refusalCodes: 'all' }, allowCompany(), denyBlocked())
