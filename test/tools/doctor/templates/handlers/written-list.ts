// The TypeScript version of domain-list.js. doctor bundles this handler into another folder, where the list is always missing.
import { maskInitErrors, type TriggerHandler } from '../../../../../src/index.ts'
import { type PreSignUp, preSignUp } from '../../../../../src/pre-signup/index.ts'
import { allowEmailDomains } from '../../../../../src/rules/index.ts'
import { openDomains } from '../../../../../src/shared/settings/index.ts'

export const handler: TriggerHandler<PreSignUp> = maskInitErrors(() =>
  preSignUp(allowEmailDomains(openDomains({ file: 'none.domains' }, import.meta.dirname))),
)
