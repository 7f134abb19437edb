import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { lazily } from '../../shared/lazily.ts'
import { logFields } from '../../shared/settings/fields.ts'
import { UsageError } from './errors.ts'
import { PACKAGE_FOLDER } from './own-package.ts'

/** Which services the handlers talk to: ones that replay starts, the caller's own, or none at all. */
export const SERVICES = ['embedded', 'aws', 'none'] as const
export type Services = (typeof SERVICES)[number]

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

// Beside the events that come out as expected under these settings. A variable without a value is read by the handlers, and not set.
const SAMPLE_SETTINGS = 'settings.env'

/** Reads, once, every setting that a handler of this package reads, with its value for the sample events. */
const sampleSettings = lazily((): ReadonlyMap<string, string> => {
  const settings = new Map(Object.keys(logFields).map((name) => [name, '']))
  const events = join(PACKAGE_FOLDER, 'events')
  for (const folder of readdirSync(events).toSorted()) {
    const file = join(events, folder, SAMPLE_SETTINGS)
    if (!existsSync(file)) continue
    for (const [name, value = ''] of Object.entries(parseEnv(readFileSync(file, 'utf8'))))
      settings.set(name, value || (settings.get(name) ?? ''))
  }
  return settings
})

/** Returns what a handler finds in its environment where the caller's sets nothing, and there is no settings file. */
export function defaultSettings(): Readonly<Record<string, string>> {
  return Object.fromEntries([...sampleSettings()].filter(([, value]) => value !== ''))
}

/** Credentials that AWS would refuse, and an address where nothing listens: whatever a handler tries, it reaches no account. */
export const NOWHERE: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
}

// What Node and the operating system need: programs, folders, language and time zone.
const SYSTEM: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'TEMP',
  'TMP',
  'LANG',
  'LANGUAGE',
  // POSIX
  'LC_ALL',
  'LC_COLLATE',
  'LC_CTYPE',
  'LC_MESSAGES',
  'LC_MONETARY',
  'LC_NUMERIC',
  'LC_TIME',
  'TZ',
  // Windows
  'APPDATA',
  'COMSPEC',
  'HOMEDRIVE',
  'HOMEPATH',
  'LOCALAPPDATA',
  'NUMBER_OF_PROCESSORS',
  'PATHEXT',
  'PROGRAMDATA',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'USERPROFILE',
  'WINDIR',
  // macOS
  '__CF_USER_TEXT_ENCODING',
]

/** Where the settings of handlers come from, the weakest first. */
export interface SettingSources {
  /** None where a file says what is set: one that is misspelt or forgotten there must be missing here too. */
  readonly defaults: Readonly<Record<string, string>>
  /** What the settings file sets. */
  readonly file: Readonly<Record<string, string>>
  readonly caller: Environment
  /** What `--env` said: `NAME=VALUE`, or `NAME` for the caller's variable. */
  readonly named: readonly string[]
}

/**
 * Returns what handlers may see of the settings: of the caller's environment only what the system needs, Lifeguard's own settings,
 * those that the file sets too, those that `--env` names and, with the caller's own services, those of AWS. A shell holds
 * credentials that are none of a handler's business.
 *
 * @throws UsageError when `--env` names what is not set, or what embedded services replace.
 */
export function mergeHandlerSettings({ defaults, file, caller, named }: SettingSources, services: Services): Record<string, string> {
  const inherited = Object.entries(caller).filter(([name]) => isSystem(name) || isSetting(name) || Object.hasOwn(file, name) || isAws(name))
  const merged = {
    ...defaults,
    ...file,
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(named.map((each) => parseVariable(each, caller, services))),
  }
  const set = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(set.filter(([name]) => services === 'aws' || !isAws(name)))
}

/**
 * Returns the environment of the handlers. Unless the caller's own services are asked for, it leads to no account.
 *
 * @param settings As {@link mergeHandlerSettings} returns them.
 * @param embedded What the embedded services want to be set.
 */
export function buildHandlerEnvironment(
  settings: Readonly<Record<string, string>>,
  services: Services,
  embedded: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...settings, ...(services !== 'aws' && NOWHERE), ...embedded, ...chooseLogLevel(settings.LOG_LEVEL) }
}

function parseVariable(option: string, caller: Environment, services: Services): readonly [string, string] {
  const [name = '', value = Object.hasOwn(caller, name) ? caller[name] : undefined] = option.split(/=(.*)/s)
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`--env ${option}: expected NAME or NAME=VALUE`)
  if (services !== 'aws' && isAws(name))
    throw new UsageError(`--env ${name}: with --services ${services} handlers get AWS settings that reach no account; use --services aws`)
  if (value === undefined)
    throw new UsageError(`--env ${name}: ${name} is not set in your environment; set it, or write --env ${name}=VALUE`)
  return [name, value]
}

function isAws(name: string): boolean {
  return name.startsWith('AWS_')
}

/** Returns whether a handler of this package reads a variable. */
export function isSetting(name: string): boolean {
  return sampleSettings().has(name)
}

// Windows has `Path` for PATH.
function isSystem(name: string): boolean {
  return SYSTEM.includes(process.platform === 'win32' ? name.toUpperCase() : name)
}

/** The decision is read from the log line, which a higher level would leave out. A level that is none is the handler's to refuse. */
function chooseLogLevel(level: string | undefined): { readonly LOG_LEVEL?: string } {
  return level === undefined || ['warn', 'error', 'silent'].includes(level) ? { LOG_LEVEL: 'info' } : {}
}
