import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Job } from './job.ts'

/** A process that did its job. */
export interface Done<Report> {
  readonly report: Report
  /** Milliseconds from its start to its end. */
  readonly processMs: number
  /** The beginning of what it wrote to standard output. */
  readonly output: string
}

/** Runs jobs in fresh processes, one after the other. */
export interface Launcher {
  /** @throws Error that names the program, when its process fails. */
  readonly run: <Report>(name: string, job: Job, environment?: Readonly<Record<string, string>>) => Promise<Done<Report>>
  /** Ends what is running. */
  readonly stop: () => void
}

/** How processes are started. */
export interface LauncherOptions {
  readonly driver: string
  /** The processor to which they are pinned; without one they run where the system puts them. */
  readonly cpu: number | undefined
}

// What Lambda tells every function; credentials of nobody.
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

// Longer than any job takes; a process that hangs must not keep a person waiting for ever.
const LIMIT_MS = 120_000

const KEPT = 10_000

/** Makes a launcher. */
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
      if (child.stdout === null || child.stderr === null || !reports || !('read' in reports)) throw new Error('A pipe is missing')
      const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal, processMs: performance.now() - startedAt }))
      const [{ code, signal, processMs }, report, output, complaint] = await Promise.all([
        exit,
        text(reports),
        readBeginning(child.stdout),
        text(child.stderr),
      ])
      if (code !== 0) throw new Error(`${name} does not run (${signal ?? `exit code ${code}`}):\n${complaint.trim()}`)
      return { report: JSON.parse(report), processMs, output }
    },
    stop: () => {
      for (const child of running) child.kill('SIGKILL')
    },
  }
}

/** Reads a stream to its end and keeps only its beginning: a process that runs for long writes more lines than anybody reads. */
async function readBeginning(stream: Readable): Promise<string> {
  let kept = ''
  for await (const chunk of stream.setEncoding('utf8')) if (kept.length < KEPT) kept += chunk
  return kept
}
