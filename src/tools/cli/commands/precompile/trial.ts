import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_SETTINGS, type Environment, handlerEnvironment, handlerSettings } from '../../../lib/environment.ts'
import { startEmbedded } from '../../../replay/embedded.ts'
import type { Located } from '../../../replay/handlers.ts'
import { type Invocation, lambdaFunction } from '../../../replay/lambda.ts'
import type { ReadEvent } from '../../../replay/read-events.ts'
import { readSettingsFile, SETTINGS_FILE } from '../../../replay/settings-file.ts'

/** Where and how a trial start runs. */
export interface TrialOptions {
  /** The working folder, with the settings file. */
  readonly folder: string
  readonly environment: Environment
  /** Ends the trial start. */
  readonly signal: AbortSignal
}

/** The functions that a start called, as `start-end` in UTF-16 code units, by file; or why the start failed. */
export type Trial = { readonly called: ReadonlyMap<string, ReadonlySet<string>> } | { readonly fault: string }

/** What V8 writes about the functions of a process. The first range of a function is the whole of it. */
interface Coverage {
  readonly result: readonly { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }[]
}
type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }

// Longer than a function of a user pool may take, since a build machine is busy.
const LIMIT_MS = 10_000
const OUTPUT_LINES = 5

const GUARD = new URL(import.meta.url.endsWith('.ts') ? './only-this-machine.ts' : './only-this-machine.js', import.meta.url).href

/** Starts a handler for one event, as replay does with embedded services, and returns the functions that this called. */
export async function startOnce(handler: Located, { file, event }: ReadEvent, options: TrialOptions): Promise<Trial> {
  const { folder, environment, signal } = options
  const defaults = existsSync(join(folder, SETTINGS_FILE)) ? {} : DEFAULT_SETTINGS
  const settings = handlerSettings({ defaults, file: await readSettingsFile(folder), caller: environment, named: [] }, 'embedded')
  const services = await startEmbedded(settings, [file])
  const reports = await mkdtemp(join(tmpdir(), 'lifeguard-precompile-'))
  const output: string[] = []
  const lambda = lambdaFunction({
    ...handler,
    folder,
    environment: {
      ...handlerEnvironment(settings, 'embedded', services.environment),
      NODE_V8_COVERAGE: reports,
      NODE_OPTIONS: `${settings.NODE_OPTIONS ?? ''} --import=${GUARD}`,
    },
    onOutput: (line) => void (output.push(line) > OUTPUT_LINES && output.shift()),
    onNote: () => undefined,
  })
  signal.addEventListener('abort', lambda.stop, { once: true })
  try {
    const fault = faultOf(await lambda.invoke(event, LIMIT_MS))
    if (fault !== undefined) return { fault: [fault, ...output].join('\n') }
    await lambda.end()
    return { called: await calledIn(reports) }
  } finally {
    signal.removeEventListener('abort', lambda.stop)
    await Promise.all([lambda.stop(), services.stop()])
    await rm(reports, { recursive: true, force: true })
  }
}

/** Returns what went wrong. A start in which a rule failed is not how starts usually go. */
function faultOf({ log, ...invocation }: Invocation): string | undefined {
  if (invocation.kind === 'timedOut') return `no answer within ${LIMIT_MS / 1000} seconds`
  if (invocation.kind !== 'returned') return `${invocation.error.name}: ${invocation.error.message}`
  const failed = log?.trace.find(({ error }) => error !== undefined)
  return failed && `the rule ${failed.rule} failed: ${failed.error}: ${failed.message}`
}

async function calledIn(reports: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const called = new Map<string, Set<string>>()
  for (const report of await readdir(reports)) {
    const { result }: Coverage = JSON.parse(await readFile(join(reports, report), 'utf8'))
    for (const { url, functions } of result.filter((each) => each.url.startsWith('file:'))) {
      const spans = functions.flatMap(({ ranges: [whole] }) => (whole?.count ? `${whole.startOffset}-${whole.endOffset}` : []))
      const file = fileURLToPath(url)
      called.set(file, new Set([...(called.get(file) ?? []), ...spans]))
    }
  }
  return called
}
