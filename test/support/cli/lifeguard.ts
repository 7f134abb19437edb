import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const MAIN = resolve('src/tools/cli/main.ts')
const FIXTURES = resolve('test/tools/replay/fixtures')

/** The exit code and output of a finished command. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Options of {@link start} and {@link lifeguard}. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Starts the lifeguard command in a child process. */
export function start(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env.PATH, ...env }, stdio: 'pipe' })
}

/** Runs the lifeguard command and waits for its exit. */
export async function lifeguard(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = start(args, options)
  child.stdin?.end(options.stdin ?? '')
  const [stdout, stderr, [code]] = await Promise.all([readStream(child.stdout), readStream(child.stderr), once(child, 'close')])
  return { code, stdout, stderr }
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
