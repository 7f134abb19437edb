import {
  and,
  chain,
  type DomainList,
  defineRule,
  emailDomainIn,
  maskInitErrors,
  not,
  type Rule,
  type TriggerHandler,
  triggeredBy,
  when,
} from 'cognito-lifeguard'
import { autoConfirm, byAdministrator, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains, denyEmailDomains } from 'cognito-lifeguard/rules/email-domains'
import { type DomainsSetting, logging, openDomains, readSettings } from 'cognito-lifeguard/settings'
import { preSignUpSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(preSignUpSettings, process.env))

/** Opens a list of domains. The path of a list file is relative to the bundle. */
const openList = (domains: DomainsSetting): DomainList => maskInitErrors(() => openDomains(domains, import.meta.dirname))

/** Loads the rule and the AWS SDK from a separate chunk during init. A function without a block list table does not load them. */
function blockUsersFromTable(table: string): Rule<PreSignUp> {
  const loading = import('./blocks.ts').then((chunk) => chunk.blockUsersFromTable(table))
  // Avoids an unhandled rejection. The first sign-up that awaits `loading` rejects with the same error.
  loading.catch(() => undefined)
  return defineRule<PreSignUp>('block-users', async (ctx, run) => (await loading).evaluate(ctx, run), {
    can: ['deny'],
    judges: 'block',
    permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }],
  })
}

const rules: readonly Rule<PreSignUp>[] = [
  ...(settings.DENIED_EMAIL_DOMAINS ? [denyEmailDomains<PreSignUp>(openList(settings.DENIED_EMAIL_DOMAINS))] : []),
  // The rule throws if the list allows all of com, net or org.
  maskInitErrors(() =>
    allowEmailDomains<PreSignUp>({
      domains: openList(settings.ALLOWED_EMAIL_DOMAINS),
      federated: { unverifiedEmail: settings.FEDERATED_EMAIL === 'trust-identity-provider' ? 'trust-identity-provider' : 'deny' },
    }),
  ),
  ...(settings.AUTO_CONFIRM_DOMAINS && settings.AUTO_CONFIRM_TRUST
    ? [
        autoConfirm({
          when: and(triggeredBy('PreSignUp_SignUp'), emailDomainIn(openList(settings.AUTO_CONFIRM_DOMAINS))),
          trust: settings.AUTO_CONFIRM_TRUST,
        }),
      ]
    : []),
  // This rule comes last, because only it calls DynamoDB. A user whom another rule denies needs no look-up.
  ...(settings.BLOCK_TABLE ? [blockUsersFromTable(settings.BLOCK_TABLE)] : []),
]

/**
 * Denies sign-ups by email domain. If a rule throws, the sign-up fails. Administrators have IAM permissions, so they may create any
 * user unless `ADMIN_CREATED_USERS=judge`. The rules run for users from every other source.
 */
export const handler: TriggerHandler<PreSignUp> = preSignUp(
  logging(settings),
  settings.ADMIN_CREATED_USERS === 'judge' ? chain(...rules) : when(not(byAdministrator), ...rules),
)
