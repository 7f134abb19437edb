import { allow, anyOf, defineRule, deny, maskInitErrors, not, perInvocation, type RuleContext, when } from 'cognito-lifeguard'
import { autoConfirm, byAdministrator, type PreSignUp, preSignUp } from 'cognito-lifeguard/pre-signup'
import { allowEmailDomains } from 'cognito-lifeguard/rules'
import { isInvite } from './invite.ts'

// Whatever is thrown while a function loads is shown to whoever signs up; through maskInitErrors the reason is in the log alone.
const key = maskInitErrors(() => {
  const { INVITE_KEY = '' } = process.env
  if (INVITE_KEY.length < 32) throw new Error('INVITE_KEY holds the key that invitations are signed with: at least 32 characters')
  return INVITE_KEY
})

// Asked by the rule and by the condition, answered once.
const invited = perInvocation(({ event, user }: RuleContext<PreSignUp>) => {
  // Users from an identity provider and those of an administrator bring no invitation.
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
