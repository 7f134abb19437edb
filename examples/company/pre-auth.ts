import { preAuthentication } from 'cognito-lifeguard/pre-auth'
import { denyBlocked } from './rules.ts'

export const handler = preAuthentication({ refusalCodes: 'all' }, denyBlocked())
