import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/logging.ts'
import { compiledSettings } from './compiled-settings.ts'
import { defaultPostConfirmation } from './default-chain.ts'
import { postConfirmation } from './post-confirmation.ts'
import type { PostConfirmation } from './trigger.ts'

const settings = atInit(() => compiledSettings(process.env))

export const handler: TriggerHandler<PostConfirmation> = postConfirmation.with(logging(settings))(defaultPostConfirmation(settings))
