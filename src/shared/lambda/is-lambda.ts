/**
 * Whether this process is Lambda's runtime: its global for response streaming tells. That there is such a global at all
 * proves nothing, since the AWS SDK makes an empty one wherever it is loaded.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
 */
export function isLambda(): boolean {
  return 'streamifyResponse' in Object(Reflect.get(globalThis, 'awslambda'))
}
