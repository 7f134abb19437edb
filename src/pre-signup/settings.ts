import * as z from 'zod/mini'
import type { DomainsSetting } from '../shared/settings/domains-setting.ts'
import { type Environment, readSettings } from '../shared/settings/read-settings.ts'
import { domains, type LogSettings, logSettings, neededWith, oneOf, text } from '../shared/settings/settings.ts'

/** The environment of the pre sign-up function, read. */
export interface PreSignUpSettings extends LogSettings {
  readonly ALLOWED_EMAIL_DOMAINS: DomainsSetting
  readonly DENIED_EMAIL_DOMAINS?: DomainsSetting | undefined
  /** Whose users are confirmed without a code; needs AUTO_CONFIRM_TRUST. */
  readonly AUTO_CONFIRM_DOMAINS?: DomainsSetting | undefined
  readonly AUTO_CONFIRM_TRUST?: 'unproven-address' | undefined
  readonly ADMIN_CREATED_USERS: 'exempt' | 'judge'
  readonly FEDERATED_EMAIL: 'require-verified' | 'trust-identity-provider'
  /** Where blocks are kept, by which users who sign up are judged too. */
  readonly BLOCK_TABLE?: string | undefined
}

/** What `compiled-settings.ts` is written from. */
export const schema: z.ZodMiniType<PreSignUpSettings> = z
  .object({
    ALLOWED_EMAIL_DOMAINS: domains(),
    DENIED_EMAIL_DOMAINS: z.optional(domains()),
    AUTO_CONFIRM_DOMAINS: z.optional(domains()),
    AUTO_CONFIRM_TRUST: z.optional(oneOf(['unproven-address'])),
    ADMIN_CREATED_USERS: z._default(oneOf(['exempt', 'judge']), 'exempt'),
    FEDERATED_EMAIL: z._default(oneOf(['require-verified', 'trust-identity-provider']), 'require-verified'),
    BLOCK_TABLE: z.optional(text('the name of the DynamoDB table of blocks')),
    ...logSettings,
  })
  .check(
    neededWith(
      'AUTO_CONFIRM_DOMAINS',
      'AUTO_CONFIRM_TRUST',
      'unproven-address, because AUTO_CONFIRM_DOMAINS is set: a domain proves nothing about who typed the address, and users confirmed by it never prove that it is theirs',
    ),
  )

/**
 * Reads the environment of the pre sign-up function.
 *
 * @throws InvalidSettings that names each wrong variable, what it holds and what it should hold.
 */
export function readPreSignUpSettings(environment: Environment): PreSignUpSettings {
  return readSettings(schema, environment)
}
