import type { Context } from 'aws-lambda'

/** A sample of the context that Lambda passes to a handler. */
export const lambdaContext: Context = {
  awsRequestId: '6f1e1f0a-5b0e-4a38-8d1a-2f2d6a1c9e55',
  functionName: 'pre-signup',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:pre-signup',
  memoryLimitInMB: '256',
  logGroupName: '/aws/lambda/pre-signup',
  logStreamName: '2026/01/01/[$LATEST]0123456789abcdef',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 5000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
}
