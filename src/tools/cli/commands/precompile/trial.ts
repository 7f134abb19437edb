import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startEmbedded } from '../../../replay/embedded.ts'
import { DEFAULT_SETTINGS, type Environment, handlerEnvironment, handlerSettings } from '../../../replay/environment.ts'
import { type Invocation, lambdaFunction } from '../../../replay/lambda.ts'
import { readSettingsFile, SETTINGS_FILE } from '../../../replay/settings-file.ts'

/** The functions that a start called, as `start-end` in UTF-16 code units, by file; or why the start failed. */
export type Trial = { readonly called: ReadonlyMap<string, ReadonlySet<string>> } | { readonly fault: string }

/** What is started, and how. */
export interface TrialOptions {
  /** The handler's file, by its real path. */
  readonly file: string
  readonly exported: string
  readonly event: unknown
  /** Where the event stands, for the seed file beside it. */
  readonly eventFile: string
  /** The working folder, with the settings file. */
  readonly folder: string
  readonly environment: Environment
  readonly signal: AbortSignal
}

/** What V8 writes about the functions of a process. */
interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly { startOffset: number; endOffset: number; count: number }[] }[]
  }[]
}

// Longer than a function of a user pool may take, since a build machine is busy.
const LIMIT_MS = 10_000
const OUTPUT_LINES = 5

const GUARD = new URL(import.meta.url.endsWith('.ts') ? './only-this-machine.ts' : './only-this-machine.js', import.meta.url).href

/** Starts a handler for one event, as replay does with embedded services, and returns the functions that this called. */
export async function startOnce({ file, exported, event, eventFile, folder, environment, signal }: TrialOptions): Promise<Trial> {
  const defaults = existsSync(join(folder, SETTINGS_FILE)) ? {} : DEFAULT_SETTINGS
  const settings = handlerSettings({ defaults, file: await readSettingsFile(folder), caller: environment, named: [] }, 'embedded')
  const reports = await mkdtemp(join(tmpdir(), 'lifeguard-precompile-'))
  const services = await startEmbedded(settings, [eventFile])
  const output: string[] = []
  const lambda = lambdaFunction({
    folder,
    file,
    exported,
    environment: {
      ...handlerEnvironment(settings, 'embedded', services.environment),
      NODE_V8_COVERAGE: reports,
      NODE_OPTIONS: `${settings.NODE_OPTIONS ?? ''} --import=${GUARD}`,
    },
    onOutput: (line) => output.push(line),
    onNote: () => undefined,
  })
  const stop = (): void => void lambda.stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const fault = faultOf(await lambda.invoke(event, LIMIT_MS))
    if (fault !== undefined) return { fault: [fault, ...output.slice(-OUTPUT_LINES)].join('\n') }
    await lambda.end()
    return { called: await calledIn(reports) }
  } finally {
    signal.removeEventListener('abort', stop)
    await lambda.stop()
    await services.stop()
    await rm(reports, { recursive: true, force: true })
  }
}

/** What went wrong. A start in which a rule failed is not what starts usually are. */
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
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue
      const file = fileURLToPath(url)
      const spans = called.get(file) ?? new Set()
      called.set(file, spans)
      for (const {
        ranges: [whole],
      } of functions)
        if (whole !== undefined && whole.count > 0) spans.add(`${whole.startOffset}-${whole.endOffset}`)
    }
  }
  return called
}
