import { defineRule, deny, type Rule, skip } from 'cognito-lifeguard'
import type { PreSignUp } from 'cognito-lifeguard/pre-signup'

/**
 * Denies disposable email addresses.
 *
 * @param service URL of a service that answers `GET ?domain=...` with `{ "disposable": true }` or `{ "disposable": false }`.
 */
export function denyDisposableEmail(service: string): Rule<PreSignUp> {
  return defineRule<PreSignUp>(
    'deny-disposable-email',
    async ({ user, signal }) => {
      if (user.email === undefined) return skip('no-email')
      const url = new URL(service)
      url.searchParams.set('domain', user.email.slice(user.email.lastIndexOf('@') + 1))
      // At the rule's deadline, the signal aborts the request.
      const response = await fetch(url, { signal })
      if (!response.ok) throw new Error(`The service returned status ${response.status}`)
      return isDisposable(await response.json()) ? deny('disposable-email', 'This email address cannot be used to sign up') : skip()
    },
    { can: ['deny'] },
  )
}

function isDisposable(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'disposable' in answer && answer.disposable === true
}
