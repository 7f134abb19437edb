import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { findTrigger, TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import type { Field, SettingsTable } from '../../src/shared/settings/settings.ts'
import { parseTriggerName } from '../../src/tools/lib/find-trigger.ts'

const ROOT = join(import.meta.dirname, '../..')
const place = (folder: string): number => TRIGGER_NAMES.findIndex((name) => triggerFacts(name).folder === folder)
const foldersWith = (file: string): readonly string[] =>
  readdirSync(join(ROOT, 'src')).filter((each) => existsSync(join(ROOT, 'src', each, file)))

/** The folders with a trigger.ts, in the order in which a user meets the triggers. */
export const FOLDERS: readonly string[] = foldersWith('trigger.ts').toSorted((one, two) => place(one) - place(two))

/** The folders of deployed functions, which have a handler.ts. */
export const FUNCTIONS: readonly string[] = foldersWith('handler.ts')

/** Returns the folder of the trigger with this source, or undefined if src has no such folder. */
export function findFolder(triggerSource: string): string | undefined {
  const trigger = findTrigger(triggerSource)
  const folder = trigger && triggerFacts(trigger).folder
  return FOLDERS.find((each) => each === folder)
}

/** A function of serverless.yml. */
export interface FunctionBlock {
  /** The name in serverless.yml, such as `preSignUp`. */
  readonly name: string
  /** The trigger. Undefined for a function that no user pool calls. */
  readonly trigger: TriggerName | undefined
  /** The folder of the handler in `src` and `dist`. */
  readonly folder: string
  /** The name under which handler.ts exports the handler. */
  readonly exported: string
  /** True if the function is under `custom.optional`, so that it is not deployed by default. */
  readonly optional: boolean
}

const Block = z.object({ handler: z.string() })
const Service = z.object({
  functions: z.tuple([z.string(), z.record(z.string(), Block)]),
  custom: z.object({ optional: z.record(z.string(), Block) }),
})

/** The functions of serverless.yml, in the order of TRIGGERS. Functions that no user pool calls are last. */
export const BLOCKS: readonly FunctionBlock[] = readBlocks()

function readBlocks(): readonly FunctionBlock[] {
  const text = readFileSync(join(ROOT, 'serverless.yml'), 'utf8')
  const { functions, custom } = Service.parse(parse(text, { logLevel: 'silent' }))
  const toBlock = ([name, { handler }]: [string, z.infer<typeof Block>], optional: boolean): FunctionBlock => {
    const [, folder = '', exported = ''] = /^dist\/([\w-]+)\/handler\.(\w+)$/.exec(handler) ?? []
    return { name, trigger: parseTriggerName(name), folder, exported, optional }
  }
  const blocks = [
    ...Object.entries(functions[1]).map((each) => toBlock(each, false)),
    ...Object.entries(custom.optional).map((each) => toBlock(each, true)),
  ]
  const rank = ({ trigger }: FunctionBlock): number => (trigger === undefined ? TRIGGER_NAMES.length : TRIGGER_NAMES.indexOf(trigger))
  return blocks.toSorted((one, two) => rank(one) - rank(two))
}

/** The folders of the functions that are deployed by default, in alphabetical order. */
export const DEPLOYED: readonly string[] = BLOCKS.flatMap(({ folder, optional }) => (optional ? [] : [folder])).toSorted()

/** Returns the path of a function's ordinary event, whose name ends in `-mary`. The path is relative to `events`, without `.json`. */
export function ordinaryEvent({ folder, trigger }: Pick<FunctionBlock, 'folder' | 'trigger'>): string {
  const events = readdirSync(join(ROOT, 'events', folder)).filter((file) => file.endsWith('-mary.json'))
  const own = events.filter(
    (file) => findTrigger(JSON.parse(readFileSync(join(ROOT, 'events', folder, file), 'utf8')).triggerSource) === trigger,
  )
  const [event, another] = own
  if (event === undefined || another !== undefined)
    throw new Error(`events/${folder} needs one event of ${trigger} whose name ends in -mary.json`)
  return `${folder}/${event.replace('.json', '')}`
}

/** A function's ordinary event (`*-mary.json`), and the answer that is expected for the event. */
export interface OrdinarySample {
  readonly event: Readonly<Record<string, unknown>>
  readonly answer: Readonly<Record<string, unknown>>
}

/** Reads a function's ordinary event and the expected answer. */
export function ordinarySample(block: Pick<FunctionBlock, 'folder' | 'trigger'>): OrdinarySample {
  const read = (ending: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(ROOT, 'events', `${ordinaryEvent(block)}${ending}`), 'utf8'))
  const event = read('.json')
  return { event, answer: { ...event, response: read('.expect.json').response ?? {} } }
}

/** The messages of the rule blockUsers: one for sign-in, and one for sign-up. */
export const BLOCKED_TEXTS: readonly string[] = ['Sign-in is not possible at the moment', 'Sign-up is not possible at the moment']

/** The properties that tests expect of a deployed function. Each `test/<folder>/contract.ts` exports one such contract. */
export interface Contract {
  /** The maximum size of the bundle with its chunks, in bytes: the measured size plus about 3 %. Raise it only for a reason. */
  readonly budget: { readonly raw: number; readonly gzipped: number }
  /** The AWS services whose clients are in the bundle. */
  readonly clients: readonly string[]
}

/** The properties that tests expect of the function of a trigger. */
export interface TriggerTestContract extends Contract {
  /** The exact schema of the trigger's events, from Cognito's documentation and from events of real pools. */
  readonly eventShape: z.ZodType
  /** The messages of the function's denials. If you change a message, change it here too. */
  readonly denials: readonly string[]
  /** True if the function lets users proceed while its services are down. */
  readonly proceedsWhenDown: boolean
  /** True if the function connects to its services before the first event. */
  readonly warmsUp: boolean
  /** An invalid setting, with which the function does not start. */
  readonly wrongSetting: Readonly<Record<string, string>>
}

/** Loads the contract of a trigger's function. */
export async function loadContract(folder: string): Promise<TriggerTestContract> {
  return (await import(`../${folder}/contract.ts`)).contract
}

/** A function that a user pool calls, with its contract. Functions with one handler.ts share a contract. */
export interface TriggerFunctionBlock extends FunctionBlock, TriggerTestContract {
  readonly trigger: TriggerName
}

/** Loads the contracts of all functions that user pools call. */
export async function loadContracts(): Promise<readonly TriggerFunctionBlock[]> {
  const called = BLOCKS.flatMap((block) => (block.trigger === undefined ? [] : [{ ...block, trigger: block.trigger }]))
  return Promise.all(called.map(async (block) => ({ ...block, ...(await loadContract(block.folder)) })))
}

/** The fields of a function's settings. */
export interface FunctionSettings {
  readonly folder: string
  readonly fields: Readonly<Record<string, Field<unknown>>>
}

/** Loads the tables of settings of all functions. */
export async function settingsTables(): Promise<readonly FunctionSettings[]> {
  return Promise.all(
    foldersWith('settings.ts').map(async (folder) => {
      const [table]: SettingsTable<Record<string, unknown>>[] = Object.values(await import(`../../src/${folder}/settings.ts`))
      if (table === undefined) throw new Error(`src/${folder}/settings.ts exports no table`)
      return { folder, fields: table.fields }
    }),
  )
}
