// Reads a list of domains beside itself, or by its absolute path, when it starts.
import { maskInitErrors } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../../../src/rules/index.ts'
import { domains, openDomains, readSettings } from '../../../../../src/shared/settings/index.ts'

export const handler = maskInitErrors(() => {
  const settings = readSettings({ fields: { ALLOWED_EMAIL_DOMAINS: domains() } }, process.env)
  return preSignUp(allowEmailDomains(openDomains(settings.ALLOWED_EMAIL_DOMAINS, import.meta.dirname)))
})
