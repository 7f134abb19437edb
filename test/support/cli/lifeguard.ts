// Loaded before any test changes the working folder, because esbuild runs in the folder in which it was loaded.
import 'esbuild'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { type Line, renderLines, renderRedrawn } from '../../../src/tools/cli/io.ts'

const MAIN = resolve('src/tools/cli/main.ts')
/** The folder of the handlers that {@link handler} names. */
export const FIXTURES: string = resolve('test/tools/replay/fixtures')
const CHILD_ENVIRONMENT = { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }

/** The exit code and output of a finished command. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Options of {@link start}, {@link lifeguard} and {@link spawnLifeguard}. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Starts the lifeguard command in a child process. */
export function start(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...CHILD_ENVIRONMENT, ...env }, stdio: 'pipe' })
}

/**
 * Runs the lifeguard command in a child process and waits for its exit. Takes ten times as long as {@link lifeguard}, so only tests of
 * the process itself use it: its exit, its signals, its memory, or code that reads `process.env`.
 */
export async function spawnLifeguard(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(args, options)
  child.stdin?.end(options.stdin ?? '')
  const [stdout, stderr, [code]] = await Promise.all([readStream(child.stdout), readStream(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
}

let last: Promise<unknown> = Promise.resolve()

/**
 * Runs the lifeguard command in this process, with the output that `command.ts` would write. Simultaneous calls run one after the other,
 * because a process has only one working folder and one environment.
 */
export function lifeguard(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const finished = last.then(() => runHere(args, options))
  last = finished.catch(() => undefined)
  return finished
}

async function runHere(args: readonly string[], { cwd, env, stdin = '' }: RunOptions): Promise<Finished> {
  const before = { folder: process.cwd(), environment: process.env }
  const stdout: string[] = []
  const stderr: string[] = []
  // Only a terminal gets colours.
  const stream = Object.assign(new PassThrough(), { isTTY: env?.FORCE_COLOR !== undefined })
  const render = (lines: readonly Line[]): string => renderLines(lines, stream)
  const addWarning = (warning: Error): void => void stderr.push(`${warning}\n`)
  // Not imported at the top, so that the command uses the same modules as a test that resets them.
  const { run } = await import('../../../src/tools/cli/run.ts')
  process.on('warning', addWarning)
  process.env = { ...CHILD_ENVIRONMENT, ...env }
  if (cwd !== undefined) process.chdir(cwd)
  try {
    const code = await run(args, {
      out: async (lines) => void stdout.push(render(lines)),
      err: (lines) => void stderr.push(render(lines)),
      redraw: (text) => void stderr.push(renderRedrawn(text)),
      errIsTerminal: false,
      input: () => Readable.from([stdin]),
      environment: process.env,
      folder: process.cwd(),
      signal: new AbortController().signal,
    })
    return { code, stdout: stdout.join(''), stderr: stderr.join('') }
  } finally {
    process.off('warning', addWarning)
    process.env = before.environment
    process.chdir(before.folder)
  }
}

/** Reads a stream to its end. */
export async function readStream(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  // Lets the stream decode the text, because a character may be split between two chunks.
  stream?.setEncoding('utf8')
  for await (const chunk of stream ?? []) text += String(chunk)
  return text
}

/** Returns the `--handler` option for a fixture. */
export function handler(fixture: string, trigger: string = 'preSignUp'): readonly string[] {
  return ['--handler', `${trigger}=${join(FIXTURES, fixture)}`]
}

/** Creates a folder with files, and removes it after the test. Writes a string or bytes unchanged, and any other content as JSON. */
export async function createFolder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content))
  }
  return folder
}

/** Creates a complete event. */
export function event(
  triggerSource: string = 'PreSignUp_SignUp',
  clientMetadata?: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return {
    version: '1',
    triggerSource,
    region: 'us-east-1',
    userPoolId: 'us-east-1_example',
    userName: 'mary',
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'client' },
    request: { userAttributes: { email: 'mary@example.com' }, ...(clientMetadata && { clientMetadata }) },
    response: {},
  }
}

/** Parses NDJSON. */
export function parseNdjson(text: string): readonly Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
