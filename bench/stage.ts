import type { AllBuilt } from './build.ts'
import type { Done, Launcher } from './child.ts'
import type { Events } from './events.ts'
import type { ColdReport } from './job.ts'
import type { ProgramName } from './programs.ts'
import type { Services } from './services.ts'
import { TABLES } from './services-messages.ts'

/** The built programs, services and events that a measurement needs. */
export interface Stage {
  readonly built: AllBuilt
  readonly launcher: Launcher
  readonly services: Services
  readonly events: Events
  /** The environment of all programs except those of pre token generation, which also need the name of the block table. */
  readonly environment: Readonly<Record<string, string>>
  /** Reserves `count` unused user numbers and returns the first. */
  readonly users: (count: number) => number
}

/** Latencies that are added to the services, in milliseconds. */
export interface Latency {
  readonly dynamodbMs: number
  readonly sesMs: number
}

/** No added latency. */
export const NO_LATENCY: Latency = { dynamodbMs: 0, sesMs: 0 }

/** Typical latencies within an AWS region. */
export const REGIONAL_LATENCY: Latency = { dynamodbMs: 5, sesMs: 40 }

/** The settings of the deployed handlers. The other programs have the same rules in their code. */
export const SETTINGS: Readonly<Record<string, string>> = {
  ALLOWED_EMAIL_DOMAINS: 'example.com,*.example.org',
  // Empty, so that pre sign-up does not read the block list. The programs that it is compared with do not read one either.
  BLOCK_TABLE: '',
  AUTO_CONFIRM_DOMAINS: 'example.com',
  AUTO_CONFIRM_TRUST: 'unproven-address',
  SIGN_IN_STEPS: 'password-and-email-code',
  CODE_EMAIL_FROM: 'sign-in@example.com',
  CODE_APP_NAME: 'Example',
  CODE_KEY: 'a-key-that-only-the-bench-uses-0',
  LIMIT_TABLE: 'limits',
  MESSAGE_APP_NAME: 'Example',
  EMAIL_SENDING: 'developer',
  WELCOME_EMAIL_FROM: 'welcome@example.com',
  WELCOME_APP_NAME: 'Example',
  WELCOME_APP_URL: 'https://app.example.com',
}

/**
 * Returns the environment of a program. Only pre token generation gets the name of the block table, because no other program reads
 * blocks.
 */
export function createEnvironment({ environment }: Stage, name: ProgramName): Readonly<Record<string, string>> {
  if (name.startsWith('token/')) return { ...environment, BLOCK_TABLE: TABLES.blocks }
  // Lambda sets this variable. The handler loads only the code of its function.
  return name.startsWith('define/') ? { ...environment, _HANDLER: 'handler.define' } : environment
}

/** Returns a function that reserves unused user numbers. */
export function numberUsers(): (count: number) => number {
  let next = 1
  return (count) => {
    const first = next
    next += count
    return first
  }
}

/** Runs a program in a fresh process. It uses new users, unless `from` is given. */
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
