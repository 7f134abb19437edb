// Node's are dated by AWS's page as it read on 2026-11-22. The others ended years ago, on any reading of it, and stand here
// without a day; what is not named here is not judged.
const ENDS: Readonly<Record<string, string>> = {
  'nodejs18.x': '2025-09-01',
  'nodejs20.x': '2026-04-30',
  'nodejs22.x': '2027-04-30',
  'nodejs24.x': '2028-04-30',
}
const LONG_ENDED: ReadonlySet<string> = new Set([
  ...['nodejs', 'nodejs4.3', 'nodejs4.3-edge', 'nodejs6.10', 'nodejs8.10', 'nodejs10.x', 'nodejs12.x', 'nodejs14.x', 'nodejs16.x'],
  ...['python2.7', 'python3.6', 'python3.7', 'python3.8', 'ruby2.5', 'ruby2.7', 'java8', 'go1.x', 'provided'],
  ...['dotnetcore1.0', 'dotnetcore2.0', 'dotnetcore2.1', 'dotnetcore3.1', 'dotnet5.0', 'dotnet6', 'dotnet7'],
])

/**
 * When a runtime's support ended, in words; undefined where it goes on, or is not known.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
export function endOf(runtime: string, today: Date): string | undefined {
  const day = Object.hasOwn(ENDS, runtime) ? ENDS[runtime] : undefined
  if (day !== undefined) return Date.parse(day) <= today.getTime() ? `ended on ${day}` : undefined
  return LONG_ENDED.has(runtime) ? 'ended years ago' : undefined
}
