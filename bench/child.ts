import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Job } from './job.ts'

/** The result of a process that finished its job. */
export interface Done<Report> {
  readonly report: Report
  /** Milliseconds from the start to the end of the process. */
  readonly processMs: number
  /** The beginning of the process's standard output. */
  readonly output: string
}

/** Runs jobs in fresh processes, one after the other. */
export interface Launcher {
  /** @throws Error that names the program, if its process fails. */
  readonly run: <Report>(name: string, job: Job, environment?: Readonly<Record<string, string>>) => Promise<Done<Report>>
  /** Kills the running processes. */
  readonly stop: () => void
}

/** Options of `createLauncher`. */
export interface LauncherOptions {
  readonly driver: string
  /** The CPU that processes are pinned to. Undefined to let the system choose. */
  readonly cpu: number | undefined
}

// The environment variables that Lambda sets for every function. The credentials are fake.
const LAMBDA = {
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
}

// The time limit of a process, after which it is killed. It is longer than any job takes, so only a process that hangs reaches it.
const LIMIT_MS = 120_000

const KEPT = 10_000

/** Creates a launcher. */
export function createLauncher({ driver, cpu }: LauncherOptions): Launcher {
  const running = new Set<ChildProcess>()
  return {
    async run(name, job, environment = {}) {
      const node = [process.execPath, driver, JSON.stringify(job)]
      const [command = '', ...args] = cpu === undefined ? node : ['taskset', '-c', String(cpu), ...node]
      const startedAt = performance.now()
      const child = spawn(command, args, {
        env: { PATH: process.env.PATH, ...LAMBDA, ...environment },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
        killSignal: 'SIGKILL',
      })
      running.add(child)
      child.on('exit', () => running.delete(child))
      const { 3: reports } = child.stdio
      if (child.stdout === null || child.stderr === null || !reports || !('read' in reports))
        throw new Error('The child process has no output pipes')
      const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal, processMs: performance.now() - startedAt }))
      const [{ code, signal, processMs }, report, output, complaint] = await Promise.all([
        exit,
        text(reports),
        readBeginning(child.stdout),
        text(child.stderr),
      ])
      if (code !== 0) throw new Error(`${name} failed (${signal ?? `exit code ${code}`}):\n${complaint.trim()}`)
      return { report: JSON.parse(report), processMs, output }
    },
    stop: () => {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}

/** Reads a stream to its end but keeps only its beginning, because a long run writes many log lines. */
async function readBeginning(stream: Readable): Promise<string> {
  let kept = ''
  for await (const chunk of stream.setEncoding('utf8')) if (kept.length < KEPT) kept += chunk
  return kept
}
