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
import type { Invites } from 'cognito-lifeguard/invites'
import { autoConfirm, byAdministrator, type PreSignUp, preSignUp, requireInvite } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains, denyEmailDomains } from 'cognito-lifeguard/rules/email-domains'
import { type DomainsSetting, logging, openDomains, readSettings, refusals } from 'cognito-lifeguard/settings'
import { preSignUpSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(preSignUpSettings, process.env))

/** Opens a list of domains. The path of a list file is relative to the bundle. */
const openList = (domains: DomainsSetting): DomainList => maskInitErrors(() => openDomains(domains, import.meta.dirname))

/** Loads the AWS SDK from a separate chunk during init. A function without a table does not load it. */
function preloadTables<V>(open: (tables: typeof import('./tables.ts')) => V): Promise<V> {
  const loading = import('./tables.ts').then(open)
  // Avoids an unhandled rejection. The first sign-up that awaits `loading` rejects with the same error.
  loading.catch(() => undefined)
  return loading
}

function blockUsersFromTable(table: string): Rule<PreSignUp> {
  const rule = preloadTables((tables) => tables.blockUsersFromTable(table))
  return defineRule<PreSignUp>('block-users', async (ctx, run) => (await rule).evaluate(ctx, run), {
    can: ['deny'],
    judges: 'block',
    permissions: [{ actions: ['dynamodb:BatchGetItem'], resource: 'BLOCK_TABLE' }],
  })
}

/** Opens the table of invitations without `keep`, which only post confirmation calls. */
function openInvites(table: string): Omit<Invites, 'keep'> {
  const invites = preloadTables((tables) => tables.openInvites(table))
  return {
    permissions: [{ actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'], resource: 'INVITE_TABLE' }],
    find: async (...args) => (await invites).find(...args),
    reserve: async (...args) => (await invites).reserve(...args),
    release: async (...args) => (await invites).release(...args),
  }
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
  // The last rules call DynamoDB. A user whom another rule denies needs no look-up.
  ...(settings.BLOCK_TABLE ? [blockUsersFromTable(settings.BLOCK_TABLE)] : []),
  ...(settings.INVITE_TABLE
    ? [
        when(
          not(byAdministrator),
          requireInvite(openInvites(settings.INVITE_TABLE), settings.INVITE_BY === 'email' ? { from: 'email' } : {}),
        ),
      ]
    : []),
]

/**
 * Denies sign-ups by email domain, of blocked users, and without an invitation. If a rule throws, the sign-up fails. Administrators
 * have IAM permissions, so they may create any user unless `ADMIN_CREATED_USERS=judge`. The rules run for users from every other source.
 */
export const handler: TriggerHandler<PreSignUp> = preSignUp(
  { ...logging(settings), ...refusals(settings) },
  settings.ADMIN_CREATED_USERS === 'judge' ? chain(...rules) : when(not(byAdministrator), ...rules),
)
