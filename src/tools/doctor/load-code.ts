import { readFile, realpath } from 'node:fs/promises'
import { relative } from 'node:path'
import { TRIGGER_NAMES } from '../../shared/cognito/triggers.ts'
import { listAttached, listCalledFromElsewhere } from '../project/attached.ts'
import { type Found, findCode, isNode, readInlineCode } from '../project/find-code.ts'
import { findResources, type Resource, type Template } from '../project/template.ts'
import { buildEnvironment } from './build-environment.ts'
import { findMissingFile } from './find-missing-file.ts'
import { loadExport, type Ready, type Unloaded } from './load-export.ts'
import { type Code, REFRESH_SOURCE } from './loaded.ts'
import { findMisspeltSettings } from './misspelt-settings.ts'
import { readSourceFacts, type SourceFacts } from './source-code/read-facts.ts'

/** Options for `loadCode`. */
export interface LoadOptions {
  /** The project folder. */
  readonly folder: string
  /** True to load the handlers, which runs their top-level code. */
  readonly load: boolean
  /** Loads one handler. Default: in a child process. */
  readonly loadHandler?: typeof loadExport
}

// The maximum number of child processes. Each loads one handler, and uses a CPU while it starts.
const AT_ONCE = 4
// Matches source code that may be a Lifeguard handler: the source or bundle contains the name of a trigger or of the package.
const NAMES_A_TRIGGER = new RegExp(`\\b(?:${TRIGGER_NAMES.join('|')})\\b|cognito-lifeguard`, 'i')
// Only the handler of the sweeper has this property.
const SWEEPS = 'sweepsEffectsOf'
const UNREAD: Omit<Code, 'problem'> = {
  rule: undefined,
  trigger: undefined,
  takesCallback: undefined,
  source: undefined,
  namesRefresh: undefined,
  shown: undefined,
  sweeps: false,
  fault: undefined,
  missing: undefined,
  misspelt: [],
}

/** Loads the handlers that user pools call, and other handlers that may be triggers. Returns the code by the logical id of the function. */
export async function loadCode(template: Template, options: LoadOptions): Promise<ReadonlyMap<string, Code>> {
  const attached = new Set(listAttached(template).map(({ target }) => target?.id))
  const called = new Set([...attached, ...listCalledFromElsewhere(template)])
  const functions = findResources(template, 'AWS::Lambda::Function')
  const codes = await mapInParallel(functions, AT_ONCE, (lambda) => {
    return loadFunctionCode(lambda, template, options, { isAttached: attached.has(lambda.id), isCalled: called.has(lambda.id) })
  })
  return new Map(
    functions.flatMap(({ id }, index): readonly [string, Code][] => {
      const code = codes[index]
      return code === undefined ? [] : [[id, code]]
    }),
  )
}

/** Runs a task for each item, at most `atOnce` at a time. Returns the results in the order of the items. */
async function mapInParallel<T, R>(items: readonly T[], atOnce: number, task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const entries = items.entries()
  const run = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await task(item)
  }
  await Promise.all(Array.from({ length: atOnce }, run))
  return results
}

interface Role {
  /** True if a user pool of the template calls the function. */
  readonly isAttached: boolean
  /** True if any user pool calls the function, or may call it. */
  readonly isCalled: boolean
}

async function loadFunctionCode(
  lambda: Resource,
  template: Template,
  options: LoadOptions,
  { isAttached, isCalled }: Role,
): Promise<Code | undefined> {
  const createUnread = (problem: string, more: Partial<Code> = {}): Code | undefined =>
    isAttached ? { ...UNREAD, ...more, problem } : undefined
  const { folder } = options
  if (!isNode(lambda)) return createUnread('the runtime is not Node.js, or is known only at deployment')
  const inline = readInlineCode(lambda)
  if (inline !== undefined) {
    const source = await readSourceFacts('index.js', inline, readExportName(lambda))
    return {
      ...UNREAD,
      source,
      namesRefresh: source.hasText(REFRESH_SOURCE),
      shown: 'the inline code',
      problem: "the function's code is inline in the template",
    }
  }
  const found = await findCode(folder, lambda)
  if (found === undefined) {
    const missing = isAttached ? await findMissingFile(folder, lambda) : undefined
    return createUnread("the function's code was not found", { missing })
  }
  if (found === 'outside') return createUnread(`the function's code is outside the project folder ${folder}`)
  const text = await readFile(found.file, 'utf8')
  if (!isAttached && !NAMES_A_TRIGGER.test(text) && !text.includes(SWEEPS)) return undefined
  return loadFile(lambda, template, found, text, { ...options, isAttached, isCalled })
}

async function loadFile(
  lambda: Resource,
  template: Template,
  found: Found,
  text: string,
  { folder, load, loadHandler = loadExport, isAttached, isCalled }: LoadOptions & Role,
): Promise<Code | undefined> {
  const root = await realpath(folder)
  const shown = relative(root, found.file)
  const handler = { file: found.file, text, folder: root }
  const readSource = (): Promise<SourceFacts> => readSourceFacts(found.file, text, found.exported)
  if (!isAttached && text.includes(SWEEPS)) {
    const source = await readSource()
    if (writesSweeper(source)) return { ...UNREAD, source, shown, sweeps: true, problem: 'the sweeper has no rules' }
  }
  // Most handlers do not contain the text, and need not be parsed.
  const namesRefresh = text.includes(REFRESH_SOURCE) ? (await readSource()).hasText(REFRESH_SOURCE) : undefined
  const reply = load ? await loadHandler(found, buildEnvironment(lambda, template)) : NOT_LOADED
  if (reply.kind === 'ready' && reply.rule !== undefined) {
    const misspelt = await findMisspeltSettings(lambda, { ...handler, isMade: true })
    return { ...UNREAD, ...describeReady(reply), rule: reply.rule, namesRefresh, shown, problem: undefined, misspelt }
  }
  const source = await readSource()
  const misspelt = await findMisspeltSettings(lambda, { ...handler, isMade: false })
  const common: Omit<Code, 'problem'> = { ...UNREAD, source, namesRefresh, shown, misspelt, sweeps: writesSweeper(source) }
  if (reply.kind === 'unloaded') {
    const { problem } = reply
    const fault = source.syntaxError ?? reply.fault
    // A function that no user pool calls may be another program, whose errors are not about sign-ups and sign-ins.
    return { ...common, problem, ...(load && (isCalled || source.usesLifeguard) && { fault }) }
  }
  const problem = source.usesLifeguard
    ? 'the handler uses Lifeguard, but not as its outermost function, so its rules cannot be read'
    : 'the handler was not made with Lifeguard'
  return { ...common, ...describeReady(reply), problem }
}

const NOT_LOADED: Unloaded = { kind: 'unloaded', problem: 'the handler is not loaded because of --no-handlers', fault: undefined }

function describeReady({ trigger, takesCallback }: Ready): Pick<Code, 'trigger' | 'takesCallback'> {
  return { trigger, takesCallback }
}

function writesSweeper(source: SourceFacts): boolean {
  return source.writesProperty(SWEEPS).kind === 'yes'
}

/** Returns the name of a function's handler in its file: `preSignUp` of `index.preSignUp`. */
function readExportName({ properties: { Handler } }: Resource): string {
  return typeof Handler === 'string' ? Handler.slice(Handler.lastIndexOf('.') + 1) : 'handler'
}
