import { allow, anyOf, defineRule, deny, maskInitErrors, not, perInvocation, type RuleContext, when } from 'cognito-lifeguard'
import { autoConfirm, byAdministrator, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'
import { isInvite } from './invite.ts'

// If this module throws while it loads, Cognito shows the error's message to the end user. maskInitErrors writes that message to
// standard error, and shows the user a fixed one.
const key = maskInitErrors(() => {
  const { INVITE_KEY = '' } = process.env
  if (INVITE_KEY.length < 32) throw new Error('INVITE_KEY is missing or too short; expected a signing key of at least 32 characters')
  return INVITE_KEY
})

// The rule and the condition both check the invitation. perInvocation checks it only once for each event.
const invited = perInvocation(({ event, user }: RuleContext<PreSignUp>) => {
  // Only users who sign up themselves have an invitation.
  const invite = event.triggerSource === 'PreSignUp_SignUp' ? event.request.validationData?.invite : undefined
  return Boolean(invite && user.email && isInvite(invite, user.email, new Date(), key))
})

const requireInvite = defineRule<PreSignUp>(
  'require-invite',
  async (ctx) => ((await invited(ctx)) ? allow() : deny('not-invited', 'You need an invitation to sign up')),
  { can: ['allow', 'deny'] },
)

export const handler = preSignUp(
  when(not(byAdministrator), anyOf(allowEmailDomains('example.com', '*.example.com'), requireInvite)),
  autoConfirm({ when: invited, verifyEmail: true }),
)
