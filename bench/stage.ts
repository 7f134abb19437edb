import type { AllBuilt } from './build.ts'
import type { Done, Launcher } from './child.ts'
import type { Events } from './events.ts'
import type { ColdReport } from './job.ts'
import type { ProgramName } from './programs.ts'
import type { Services } from './services.ts'
import { TABLES } from './services-messages.ts'

/** Everything that a measurement needs. */
export interface Stage {
  readonly built: AllBuilt
  readonly launcher: Launcher
  readonly services: Services
  readonly events: Events
  /** What the environment of most programs holds. */
  readonly environment: Readonly<Record<string, string>>
  /** So many numbers that no user has had yet: the first of them. */
  readonly users: (count: number) => number
}

/** Latencies that are added to the services, in milliseconds. */
export interface Latency {
  readonly dynamodbMs: number
  readonly sesMs: number
}

/** None but what the services and TLS on this machine cost. */
export const NO_LATENCY: Latency = { dynamodbMs: 0, sesMs: 0 }

/** As in a region. */
export const REGIONAL_LATENCY: Latency = { dynamodbMs: 5, sesMs: 40 }

/** What the deployed handlers read: the rules that the other programs hold in their code. */
export const SETTINGS: Readonly<Record<string, string>> = {
  ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org',
  // As deployed: pre sign-up looks blocks up only where that is asked for.
  BLOCK_TABLE: '',
  AUTO_CONFIRM_DOMAINS: 'example.com',
  AUTO_CONFIRM_TRUST: 'unproven-address',
  WELCOME_EMAIL_FROM: 'welcome@example.com',
  WELCOME_APP_NAME: 'Example',
  WELCOME_APP_URL: 'https://app.example.com',
}

/** What the environment of a program holds: only pre token generation looks blocks up. */
export function createEnvironment({ environment }: Stage, name: ProgramName): Readonly<Record<string, string>> {
  return name.startsWith('token/') ? { ...environment, BLOCK_TABLE: TABLES.blocks } : environment
}

/** Makes the numbers of users. */
export function numberUsers(): (count: number) => number {
  let next = 1
  return (count) => {
    const first = next
    next += count
    return first
  }
}

/** Runs a program in a fresh process, for users whom nobody has seen yet unless they are given. */
export async function runCold(
  stage: Stage,
  name: ProgramName,
  event: string,
  invocations: number,
  environment: Readonly<Record<string, string>> = {},
  { from = stage.users(invocations), pauseMs = 0 }: { readonly from?: number; readonly pauseMs?: number } = {},
): Promise<Done<ColdReport> & { readonly from: number }> {
  const job = { kind: 'cold', file: stage.built.of(name).file, event, from, invocations, pauseMs } as const
  const done = await stage.launcher.run<ColdReport>(name, job, { ...createEnvironment(stage, name), ...environment })
  return { ...done, from }
}
