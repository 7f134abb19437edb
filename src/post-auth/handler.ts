import { maskInitErrors, type TriggerHandler, warmUp, warmUpEvent } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { type PostAuthentication, postAuthentication } from 'cognito-lifeguard/post-auth'
import { logging, readSettings } from 'cognito-lifeguard/settings'
import { defaultPostAuthentication } from './default-chain.ts'
import { postAuthenticationSettings } from './settings.ts'

const settings = maskInitErrors(() => readSettings(postAuthenticationSettings, process.env))
const documents = documentClient()

/** Records sign-ins. If a rule throws, the error is logged and counted, and the sign-in continues. */
export const handler: TriggerHandler<PostAuthentication> = warmUp(warmUpEvent('PostAuthentication_Authentication'), (use, more) =>
  postAuthentication({ ...logging(settings), ...more }, defaultPostAuthentication(settings, { documents: use(documents) })),
)
