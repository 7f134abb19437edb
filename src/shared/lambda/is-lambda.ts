/**
 * Whether this process is Lambda's runtime: it alone defines this function, for response streaming. The object that holds it is
 * no sign, since a part of the AWS SDK makes one wherever it is loaded.
 */
export function isLambda(): boolean {
  const runtime: unknown = Reflect.get(globalThis, 'awslambda')
  return typeof runtime === 'object' && runtime !== null && 'streamifyResponse' in runtime
}
