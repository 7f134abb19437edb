import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { DEFAULT_SETTINGS, NOWHERE } from '../../src/tools/lib/environment.ts'
import type { Span } from './compile-early.ts'

/** An event that a handler starts with, and what it finds in its environment. */
export interface Start {
  /** JSON. */
  readonly event: string
  readonly environment?: Readonly<Record<string, string>>
}

/** The functions that a start called, or why that is not known. */
export type Called = { readonly functions: readonly Span[] } | { readonly fault: string }

/** What V8 writes about the functions of a process. Its offsets are in UTF-16 code units. */
interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[] }[]
  }[]
}

const CHILD = resolve(import.meta.dirname, 'child.ts')

// Longer than it takes on any machine: a handler that hangs must not keep a person waiting for ever.
const LIMIT_MS = 60_000
// A machine that is busy enough to have a call repeated five times over is too busy for anything.
const TRIES = 5

/**
 * Starts a bundle in a process of its own, with services that say yes to everything and no other connection, and tells which of
 * its functions that calls. A start that fails or logs a warning tells nothing: what it called is not what starts call.
 */
export async function functionsCalled(file: string, start: Start): Promise<Called> {
  const url = pathToFileURL(await realpath(file)).href
  for (let left = TRIES; left > 0; left -= 1) {
    const called = await tried(url, start)
    if (called !== 'again') return called
  }
  return { fault: 'this machine is too busy: calls on itself ran out of time' }
}

async function tried(url: string, { event, environment = {} }: Start): Promise<Called | 'again'> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-start-'))
  try {
    const env = { PATH: process.env.PATH, ...NOWHERE, ...DEFAULT_SETTINGS, ...environment, NODE_V8_COVERAGE: folder }
    const child = spawn(process.execPath, [CHILD, url, event], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    const { 3: reports } = child.stdio
    if (child.stdout === null || child.stderr === null || !reports || !('read' in reports)) throw new Error('A pipe is missing')
    const [exit, output, complaint, report] = await Promise.all([
      once(child, 'exit'),
      text(child.stdout),
      text(child.stderr),
      text(reports),
    ])
    if (report === '') return { fault: complaint.trim() || `its process ended with ${exit.find((each) => each !== null)}` }
    const { fault, again }: { readonly fault?: string; readonly again: boolean } = JSON.parse(report)
    if (again) return 'again'
    if (fault !== undefined) return { fault }
    const warning = output.split('\n').find((line) => /"level":"(WARN|ERROR)"/.test(line))
    if (warning !== undefined) return { fault: `it logs ${warning}` }
    const functions = (await coverageIn(folder)).flatMap((coverage) => calledIn(coverage, url))
    return functions.length > 0 ? { functions } : { fault: 'V8 tells of no function in it' }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function coverageIn(folder: string): Promise<readonly Coverage[]> {
  return Promise.all((await readdir(folder)).map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))))
}

function calledIn({ result }: Coverage, url: string): readonly Span[] {
  return result
    .filter((script) => script.url === url)
    .flatMap(({ functions }) => functions.flatMap(({ ranges: [whole] }) => (whole === undefined || whole.count === 0 ? [] : [whole])))
    .map(({ startOffset, endOffset }) => ({ start: startOffset, end: endOffset }))
}
