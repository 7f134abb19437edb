/** The parts of an event that the job reads. */
export interface Defining {
  readonly request: {
    readonly userAttributes: Readonly<Record<string, string>>
    readonly session: readonly { readonly challengeName: string; readonly challengeResult: boolean }[]
    readonly userNotFound?: boolean | undefined
  }
  readonly response: object
}

const ATTEMPTS = 3

/** Returns the event with the next step of a sign-in with a password and a code by email. */
export function chooseStep<E extends Defining>(event: E): E {
  return { ...event, response: { ...event.response, ...findStep(event.request) } }
}

function findStep({ session, userAttributes, userNotFound }: Defining['request']): object {
  const [srp, password, ...rest] = session
  const fail = { issueTokens: false, failAuthentication: true }
  const ask = (challengeName: string): object => ({ challengeName, issueTokens: false, failAuthentication: false })
  if (srp?.challengeName !== 'SRP_A' || !srp.challengeResult) return fail
  if (password === undefined) return ask('PASSWORD_VERIFIER')
  if (password.challengeName !== 'PASSWORD_VERIFIER' || !password.challengeResult) return fail
  const status = userAttributes['cognito:user_status'] ?? ''
  const mustChange = ['FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED'].includes(status)
  if (mustChange && rest.length === 0) return ask('NEW_PASSWORD_REQUIRED')
  const answers = rest[0]?.challengeName === 'NEW_PASSWORD_REQUIRED' ? rest.slice(1) : rest
  if (answers.some(({ challengeName }) => challengeName !== 'CUSTOM_CHALLENGE')) return fail
  if (answers.at(-1)?.challengeResult) return userNotFound ? fail : { issueTokens: true, failAuthentication: false }
  return answers.length < ATTEMPTS ? ask('CUSTOM_CHALLENGE') : fail
}
