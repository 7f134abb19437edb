import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { DEFAULT_SETTINGS, NOWHERE } from '../../src/replay/environment.ts'
import type { Span } from './compile-early.ts'

/** An event that a handler starts with, and what it finds in its environment. */
export interface Start {
  /** JSON. */
  readonly event: string
  readonly environment?: Readonly<Record<string, string>>
}

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

/**
 * Starts a bundle in a process of its own, with services that say yes to everything, and tells which of its functions that calls.
 *
 * @throws Error with what the handler printed, when it fails or complains: what it called then is not what it calls.
 */
export async function functionsCalled(file: string, { event, environment = {} }: Start): Promise<readonly Span[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lifeguard-start-'))
  try {
    const url = pathToFileURL(resolve(file)).href
    const env = { PATH: process.env.PATH, ...NOWHERE, ...DEFAULT_SETTINGS, ...environment, NODE_V8_COVERAGE: folder }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [CHILD, url, event], { env, timeout: LIMIT_MS })
    if (/"level":"(WARN|ERROR)"/.test(stdout)) throw new Error(`${file} complains at its start:\n${stdout}${stderr}`)
    return (await coverageIn(folder)).flatMap((coverage) => calledIn(coverage, url))
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
