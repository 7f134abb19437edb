import type { TriggerHandler } from '../shared/lambda/define-trigger.ts'
import { warmUp } from '../shared/lambda/warm-up.ts'
import { atInit } from '../shared/settings/at-init.ts'
import { logging } from '../shared/settings/fields.ts'
import { readSettings } from '../shared/settings/settings.ts'
import { defaultPostConfirmation, makeClients } from './default-chain.ts'
import { postConfirmation } from './post-confirmation.ts'
import { rehearse } from './rehearsal.ts'
import { postConfirmationSettings } from './settings.ts'
import type { PostConfirmation } from './trigger.ts'

const settings = atInit(() => readSettings(postConfirmationSettings, process.env))
const clients = makeClients()
const givingWay = warmUp((ended) => rehearse(settings, clients, ended))

export const handler: TriggerHandler<PostConfirmation> = postConfirmation.with(logging(settings))(
  defaultPostConfirmation(settings, { documents: givingWay(clients.documents), ses: givingWay(clients.ses) }),
)
