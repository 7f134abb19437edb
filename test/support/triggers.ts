import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as z from 'zod'
import { findTrigger, TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../src/shared/cognito/triggers.ts'
import type { Field, SettingsTable } from '../../src/shared/settings/settings.ts'
import { triggersInFolder } from '../../src/tools/lib/find-trigger.ts'

const ROOT = join(import.meta.dirname, '../..')
const place = (folder: string): number => TRIGGER_NAMES.findIndex((name) => triggerFacts(name).folder === folder)
const foldersWith = (file: string): readonly string[] =>
  readdirSync(join(ROOT, 'src')).filter((each) => existsSync(join(ROOT, 'src', each, file)))

/** The folders of triggers, which hold trigger.ts, in the order of a user's life. */
export const FOLDERS: readonly string[] = foldersWith('trigger.ts').toSorted((one, two) => place(one) - place(two))

/** The folders of functions that are deployed, which hold handler.ts. */
export const FUNCTIONS: readonly string[] = foldersWith('handler.ts')

/** Returns the folder that an event of this trigger source belongs to; undefined where no folder of src has its trigger. */
export function findFolder(triggerSource: string): string | undefined {
  const trigger = findTrigger(triggerSource)
  const folder = trigger && triggerFacts(trigger).folder
  return FOLDERS.find((each) => each === folder)
}

/** Returns the trigger of a folder that has one alone. */
export function triggerOfFolder(folder: string): TriggerName {
  const [name, another] = triggersInFolder(folder)
  if (name === undefined || another !== undefined) throw new Error(`${folder} is not the folder of one trigger`)
  return name
}

/** Returns the path below events, without `.json`, of a folder's ordinary event: that of Mary. */
export function ordinaryEvent(folder: string): string {
  const [event, another] = readdirSync(join(ROOT, 'events', folder)).filter((file) => file.endsWith('-mary.json'))
  if (event === undefined || another !== undefined) throw new Error(`events/${folder} needs one event whose name ends in -mary.json`)
  return `${folder}/${event.replace('.json', '')}`
}

/** A folder's ordinary event, and the answer to it by its expectation. */
export interface OrdinarySample {
  readonly event: Readonly<Record<string, unknown>>
  readonly answer: Readonly<Record<string, unknown>>
}

/** Reads a folder's ordinary event, and what the function answers to it. */
export function ordinarySample(folder: string): OrdinarySample {
  const read = (ending: string): Record<string, unknown> =>
    JSON.parse(readFileSync(join(ROOT, 'events', `${ordinaryEvent(folder)}${ending}`), 'utf8'))
  const event = read('.json')
  return { event, answer: { ...event, response: read('.expect.json').response } }
}

/** The texts of blockUsers, written out. Which one it is depends on the event, which may be another trigger's. */
export const BLOCKED_TEXTS: readonly string[] = ['Sign-in is not possible at the moment', 'Sign-up is not possible at the moment']

/** What the tests have to know of a deployed function: `test/<folder>/contract.ts`. */
export interface Contract {
  /** Bytes of its bundle with the chunks: what was measured and some three per cent. A bundle that outgrows them needs a reason. */
  readonly budget: { readonly raw: number; readonly gzipped: number }
  /** The AWS services whose clients its bundle holds. */
  readonly clients: readonly string[]
}

/** What the tests have to know of the function of a trigger. */
export interface TriggerTestContract extends Contract {
  /** Its events as Cognito's documentation and payloads of real pools have them, with nothing else in them. */
  readonly eventShape: z.ZodType
  /** The texts of its denials, written out: whoever changes one in the sources has to change it here too. */
  readonly denials: readonly string[]
  /** Whether it lets users go on while its services are down. */
  readonly proceedsWhenDown: boolean
  /** Whether it connects to its services before the first event. */
  readonly warmsUp: boolean
  /** A setting with which it does not start. */
  readonly wrongSetting: Readonly<Record<string, string>>
}

/** Loads the contract of a trigger's function. */
export async function loadContract(folder: string): Promise<TriggerTestContract> {
  return (await import(`../${folder}/contract.ts`)).contract
}

/** Loads the contracts of all triggers that are deployed. */
export async function loadContracts(): Promise<readonly (TriggerTestContract & { readonly folder: string })[]> {
  const folders = FOLDERS.filter((folder) => FUNCTIONS.includes(folder))
  return Promise.all(folders.map(async (folder) => ({ folder, ...(await loadContract(folder)) })))
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
