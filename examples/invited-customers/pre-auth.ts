import { between, denyIf, fromAppClient, maskInitErrors, not, when } from 'cognito-lifeguard'
import { preAuthentication } from 'cognito-lifeguard/pre-auth'

const { SUPPORT_CLIENT_ID = '', TEST_TIME } = process.env

export const handler = maskInitErrors(() => {
  if (SUPPORT_CLIENT_ID === '') throw new Error('SUPPORT_CLIENT_ID is not set; expected the app client of the support team')
  const opened = between({ from: '07:00', to: '19:00' }, 'Europe/Berlin', TEST_TIME ? { now: () => new Date(TEST_TIME) } : {})
  return preAuthentication(
    { refusalCodes: 'all' },
    when(
      fromAppClient(SUPPORT_CLIENT_ID),
      denyIf(not(opened), 'support-closed', 'Support is open from 7:00 to 19:00', { code: 'support-closed' }),
    ),
  )
})
