import type { PreSignUpTriggerEvent } from 'aws-lambda'

// Checks only the domain, as the example in Cognito's guide does.
export const handler = async (event: PreSignUpTriggerEvent): Promise<PreSignUpTriggerEvent> => {
  const domain = event.request.userAttributes.email?.split('@')[1] ?? ''
  if (domain !== 'example.com' && !domain.endsWith('.example.org')) throw new Error('This email address cannot be used to sign up')
  event.response.autoConfirmUser = domain === 'example.com'
  return event
}
