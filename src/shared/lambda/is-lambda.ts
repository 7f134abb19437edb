/** Whether this process is Lambda's runtime: it alone defines this global, for response streaming. */
export function isLambda(): boolean {
  return 'awslambda' in globalThis
}
