import { maskInitErrors, not, when } from 'cognito-lifeguard'
import { documentClient } from 'cognito-lifeguard/aws'
import { dynamoSlidingCounter } from 'cognito-lifeguard/limits'
import { byAdministrator, byIdentityProvider, limitSignUps, preSignUp, verifyCaptcha, waitlist } from 'cognito-lifeguard/pre-signup'
import { denyDisposableEmail, denySubaddressing } from 'cognito-lifeguard/rules'
import { dynamoWaitlist } from 'cognito-lifeguard/waitlist'
import { makeCaptchaCheck } from './captcha.ts'

const documents = documentClient()
const list = dynamoWaitlist({ documents, table: process.env.WAITLIST_TABLE ?? 'waitlist' })
const counter = dynamoSlidingCounter({ documents, table: process.env.LIMIT_TABLE ?? 'limits' })

// If this module throws while it loads, Cognito shows the error's message to the end user. maskInitErrors shows a fixed one.
const captcha = maskInitErrors(() => verifyCaptcha(makeCaptchaCheck(process.env)))
const limit = maskInitErrors(() =>
  limitSignUps({ max: Number(process.env.SIGN_UPS_PER_HOUR ?? 200), windowSeconds: 3600, per: 'domain' }, counter),
)

export const handler = preSignUp(
  { refusalCodes: 'all' },
  when(
    not(byAdministrator),
    // These two rules call no service, so a user with such an address need not solve a CAPTCHA first.
    denyDisposableEmail(),
    denySubaddressing(),
    // A sign-up through an identity provider has no CAPTCHA.
    when(not(byIdentityProvider), captcha),
    limit,
    waitlist(list),
  ),
)
