import type * as z from 'zod/mini'
import { schema as postAuthentication, readPostAuthenticationSettings } from '../../src/post-auth/settings.ts'
import { schema as postConfirmation, readPostConfirmationSettings } from '../../src/post-confirmation/settings.ts'
import { schema as preAuthentication, readPreAuthenticationSettings } from '../../src/pre-auth/settings.ts'
import { schema as preSignUp, readPreSignUpSettings } from '../../src/pre-signup/settings.ts'
import type { Environment } from '../../src/shared/settings/read-settings.ts'
import { readSweeperSettings } from '../../src/sweeper/settings.ts'

/** How the settings of a function are read. */
export interface Reader {
  readonly schema: z.core.$ZodType
  /** Throws InvalidSettings. */
  readonly read: (environment: Environment) => unknown
}

/** By the folder of the function's sources. */
export const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['pre-signup', { schema: preSignUp, read: readPreSignUpSettings }],
  ['pre-auth', { schema: preAuthentication, read: readPreAuthenticationSettings }],
  ['post-auth', { schema: postAuthentication, read: readPostAuthenticationSettings }],
  ['post-confirmation', { schema: postConfirmation, read: readPostConfirmationSettings }],
  // What post confirmation reads, and one of it is no choice here.
  [
    'sweeper',
    { schema: postConfirmation, read: (environment) => [readPostConfirmationSettings(environment), readSweeperSettings(environment)] },
  ],
])
