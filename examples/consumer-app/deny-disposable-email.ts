import { defineRule, deny, type Rule, skip } from 'cognito-lifeguard'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'

/**
 * Denies addresses of throw-away mail services.
 *
 * @param service Answers `GET ?domain=...` with `{ "disposable": true }` or `false`.
 */
export function denyDisposableEmail(service: string): Rule<PreSignUp> {
  return defineRule<PreSignUp>(
    'deny-disposable-email',
    async ({ user, signal }) => {
      if (user.email === undefined) return skip('no-email')
      const question = new URL(service)
      question.searchParams.set('domain', user.email.slice(user.email.lastIndexOf('@') + 1))
      // The signal ends with the rule's share of the time.
      const response = await fetch(question, { signal })
      if (!response.ok) throw new Error(`The service answered ${response.status}`)
      return isDisposable(await response.json()) ? deny('disposable-email', 'This email address cannot be used to sign up') : skip()
    },
    { can: ['deny'] },
  )
}

function isDisposable(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'disposable' in answer && answer.disposable === true
}
