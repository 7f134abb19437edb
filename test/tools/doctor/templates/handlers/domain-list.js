// Reads a list of domains at startup, from its own folder or an absolute path.
import { maskInitErrors } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../../../src/rules/index.ts'
import { domains, openDomains, readSettings } from '../../../../../src/shared/settings/index.ts'

export const handler = maskInitErrors(() => {
  const settings = readSettings({ fields: { ALLOWED_EMAIL_DOMAINS: domains() } }, process.env)
  return preSignUp(allowEmailDomains(openDomains(settings.ALLOWED_EMAIL_DOMAINS, import.meta.dirname)))
})
