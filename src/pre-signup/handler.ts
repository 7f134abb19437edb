import { TABLE_PERMISSIONS } from '../shared/blocks/block-list.ts'
import { type DomainList, domainList } from '../shared/email/domain-list.ts'
import { emailDomainIn } from '../shared/email/email-domain-in.ts'
import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { chain, when } from '../shared/rules/combinators.ts'
import { and, not, triggeredBy } from '../shared/rules/condition.ts'
import { defineRule, type Rule } from '../shared/rules/rule.ts'
import { atInit } from '../shared/settings/at-init.ts'
import type { DomainsSetting } from '../shared/settings/domains-setting.ts'
import { logging } from '../shared/settings/logging.ts'
import { openDomainFile } from '../shared/settings/open-domain-file.ts'
import { allowEmailDomains } from './allow-email-domains.ts'
import { autoConfirm } from './auto-confirm.ts'
import { compiledSettings } from './compiled-settings.ts'
import { byAdministrator } from './conditions.ts'
import { denyEmailDomains } from './deny-email-domains.ts'
import { preSignUp } from './pre-sign-up.ts'
import type { PreSignUp } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))

/** A file lies beside the bundle, wherever that is unpacked. */
const listOf = (domains: DomainsSetting): DomainList =>
  'file' in domains ? atInit(() => openDomainFile(domains, import.meta.dirname)) : domainList(domains)

/** The rule of a chunk that is loaded while Lambda loads the function: handlers without a table of blocks start without the AWS SDK. */
function blockUsersIn(table: string): Rule<PreSignUp> {
  const loading = import('./dynamo-blocks.ts').then((chunk) => chunk.blockUsersIn(table))
  // The first sign-up that awaits it rejects as well.
  loading.catch(() => undefined)
  return defineRule<PreSignUp>('block-users', async (ctx, run) => (await loading).evaluate(ctx, run), {
    kind: 'guard',
    judges: 'block',
    permissions: TABLE_PERMISSIONS,
  })
}

const rules: readonly Rule<PreSignUp>[] = [
  ...(settings.DENIED_EMAIL_DOMAINS ? [denyEmailDomains(listOf(settings.DENIED_EMAIL_DOMAINS))] : []),
  allowEmailDomains({
    domains: listOf(settings.ALLOWED_EMAIL_DOMAINS),
    federated: { unverifiedEmail: settings.FEDERATED_EMAIL === 'trust-identity-provider' ? 'trust-identity-provider' : 'deny' },
  }),
  ...(settings.AUTO_CONFIRM_DOMAINS && settings.AUTO_CONFIRM_TRUST
    ? [
        autoConfirm({
          when: and(triggeredBy('PreSignUp_SignUp'), emailDomainIn(listOf(settings.AUTO_CONFIRM_DOMAINS))),
          trust: settings.AUTO_CONFIRM_TRUST,
        }),
      ]
    : []),
  // The last: the others cost nothing, and whom they deny need not be looked up.
  ...(settings.BLOCK_TABLE ? [blockUsersIn(settings.BLOCK_TABLE)] : []),
]

/**
 * Administrators hold IAM rights, so they may create whom they want; everybody else is judged, whatever source Cognito calls
 * from. `ADMIN_CREATED_USERS=judge` judges administrators too.
 */
export const handler: TriggerHandler<PreSignUp> = preSignUp.with(logging(settings))(
  settings.ADMIN_CREATED_USERS === 'judge' ? chain(...rules) : when(not(byAdministrator), ...rules),
)
