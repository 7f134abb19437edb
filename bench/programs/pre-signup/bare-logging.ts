import type { Context, PreSignUpTriggerEvent } from 'aws-lambda'

// The length of the log line. It is set to the length of the line that Lifeguard writes, so that both programs log as much.
const length = Number(process.env.BENCH_LINE_LENGTH)

const formatLogLine = (requestId: string, note: string): string =>
  `${JSON.stringify({ level: 'INFO', timestamp: new Date().toISOString(), message: 'PreSignUp proceed', requestId, note })}\n`

let note: string | undefined

export const handler = async (event: PreSignUpTriggerEvent, context: Context): Promise<PreSignUpTriggerEvent> => {
  const domain = event.request.userAttributes.email?.split('@')[1] ?? ''
  if (domain !== 'example.com' && !domain.endsWith('.example.org')) throw new Error('This email address cannot be used to sign up')
  event.response.autoConfirmUser = domain === 'example.com'
  note ??= 'x'.repeat(Math.max(0, length - formatLogLine(context.awsRequestId, '').length))
  process.stdout.write(formatLogLine(context.awsRequestId, note))
  return event
}
