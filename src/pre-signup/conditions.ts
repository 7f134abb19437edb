import { type Condition, triggeredBy } from '../shared/rules/condition.ts'

/** An administrator creates the user, with IAM rights: AdminCreateUser. Cognito then ignores the answer's flags. */
export const byAdministrator: Condition = triggeredBy('PreSignUp_AdminCreateUser')

/** The user comes through an identity provider for the first time. Cognito will never ask them to prove their address. */
export const byIdentityProvider: Condition = triggeredBy('PreSignUp_ExternalProvider')
