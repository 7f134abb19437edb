import * as z from 'zod'
import { metadata, password, userName } from '../input.ts'
import { changeTokens, checkEnabled } from '../issue-tokens.ts'
import { migrationSteps } from '../migration.ts'
import { check, defineOperation, type Operation, type Step } from '../operation.ts'
import { respondAfterPassword } from '../operations/respond-to-auth-challenge.ts'
import { challengeSteps, checkTypedPassword, preAuthentication, refuseUnknown, startSignIn } from '../sign-in.ts'
import { trigger } from '../triggers.ts'
import { getUser, IS_UNKNOWN } from '../users.ts'

/** The flow of a sign-in by managed login, where an API sign-in has its `AuthFlow`. */
export const MANAGED_LOGIN = 'MANAGED_LOGIN'

/** Answers that the user may have an authorization code, or the tokens of an implicit grant. */
const grantAccess: Step<unknown> = {
  kind: 'tokens',
  text: 'an authorization code for the tokens, or the tokens of an implicit grant',
  run: (flow) => {
    flow.answer = { Granted: getUser(flow).username }
  },
}

/** The last steps of each sign-in. AWS lists the function under the sign-in, and not under the exchange of the code. */
export const grantSteps: readonly Step<unknown>[] = [changeTokens('TokenGeneration_HostedAuth', []), grantAccess]

/** The last steps of a sign-in with a password. */
const nativeGrantSteps: readonly Step<unknown>[] = [
  trigger<unknown>({
    source: 'PostAuthentication_Authentication',
    assumption: 'managed-login-runs-post-authentication',
    event: () => ({ request: { newDeviceUsed: false } }),
  }),
  ...grantSteps,
]

const loginInput = z.object({ ClientId: z.string(), Username: userName, Password: password, ClientMetadata: metadata })
type LoginInput = z.infer<typeof loginInput>

/** The sign-in with a password. It differs from that of the API in its allowed flow, and in its end. */
export const login: Operation = defineOperation<LoginInput>('none', loginInput, [
  check('starts the sign-in', (flow) => startSignIn(flow, flow.input.Username, MANAGED_LOGIN)),
  ...migrationSteps<LoginInput>(
    'UserMigration_Authentication',
    ({ input }) => ({ name: input.Username, password: input.Password }),
    IS_UNKNOWN,
  ),
  preAuthentication,
  check('the user exists', refuseUnknown),
  check('the password is right, and the user may sign in', (flow) => checkTypedPassword(flow, flow.input.Password)),
  ...challengeSteps,
  ...nativeGrantSteps,
])

/** The answer to a challenge after a right password. */
export const answerLoginChallenge: Operation = respondAfterPassword(nativeGrantSteps)

/** A sign-in that the session of the browser repeats. It calls neither the function before the authentication nor that after it. */
export const renewSteps: readonly Step<unknown>[] = [
  check('the session of the browser is valid, and the user is enabled', (flow) => checkEnabled(getUser(flow))),
  ...grantSteps,
]
