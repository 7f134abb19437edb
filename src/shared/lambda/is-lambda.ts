/**
 * Whether this process is Lambda's runtime: it alone defines `awslambda.streamifyResponse`, for response streaming. The global
 * `awslambda` itself an AWS SDK makes too, wherever it is loaded.
 */
export function isLambda(): boolean {
  return 'streamifyResponse' in Object(Reflect.get(globalThis, 'awslambda'))
}
