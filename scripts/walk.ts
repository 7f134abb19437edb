// Prints the files and functions of src that V8 executes when a warm pre sign-up handler with two rules handles an event.
import { Session } from 'node:inspector/promises'
import { not, when } from '../src/index.ts'
import { autoConfirm, byAdministrator, preSignUp } from '../src/pre-signup/index.ts'
import { allowEmailDomains } from '../src/rules/index.ts'

const root = new URL('../src/', import.meta.url).href
const handler = preSignUp({ write: () => undefined }, when(not(byAdministrator), allowEmailDomains('example.com'), autoConfirm()))
const event = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: 'eu-west-1',
  userPoolId: 'eu-west-1_Example',
  userName: 'mary',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
  request: { userAttributes: { email: 'mary@example.com', given_name: 'Mary' }, validationData: null },
  response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
}
// Call the handler twice first, so that code that runs only once is not counted.
for (let times = 0; times < 2; times++) await handler(event)

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
await handler(event)
const { result } = await session.post('Profiler.takePreciseCoverage')

const files = result.flatMap(({ url, functions }) => {
  const called = functions.filter(({ ranges }) => ranges[0] !== undefined && ranges[0].count > 0)
  return url.startsWith(root) && called.length > 0 ? [{ file: url.slice(root.length), called }] : []
})
for (const { file, called } of files) console.log(`${file}: ${called.map(({ functionName }) => functionName || '(anonymous)').join(', ')}`)
console.log(`${files.length} files`)
