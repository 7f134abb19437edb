import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { lazily } from '../../shared/lazily.ts'
import { logFields } from '../../shared/settings/fields.ts'
import { UsageError } from './errors.ts'
import { PACKAGE_FOLDER } from './own-package.ts'

/** The services that handlers call: `embedded` (replay starts them), `aws` (the user's AWS account), or `none`. */
export const SERVICES = ['embedded', 'aws', 'none'] as const
export type Services = (typeof SERVICES)[number]

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

// A file of settings in each folder of sample events. With these settings, the events meet their expectations.
// A variable without a value is a setting that handlers read, but that replay does not set.
export const EVENT_SETTINGS = 'settings.env'

/** Returns all settings that this package's handlers read, with the values for the sample events. Reads the files only once. */
const sampleSettings = lazily((): ReadonlyMap<string, string> => {
  const settings = new Map(Object.keys(logFields).map((name) => [name, '']))
  const events = join(PACKAGE_FOLDER, 'events')
  for (const folder of readdirSync(events).toSorted()) {
    const file = join(events, folder, EVENT_SETTINGS)
    if (!existsSync(file)) continue
    for (const [name, value = ''] of Object.entries(parseEnv(readFileSync(file, 'utf8'))))
      settings.set(name, value || (settings.get(name) ?? ''))
  }
  return settings
})

/** Returns the settings that handlers get without a settings file. The user's environment overrides them. */
export function defaultSettings(): Readonly<Record<string, string>> {
  return Object.fromEntries([...sampleSettings()].filter(([, value]) => value !== ''))
}

/** Invalid credentials and an endpoint on a closed port, so that a handler can never reach an AWS account. */
export const NOWHERE: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
}

// Variables that Node and the operating system need: search path, folders, language and time zone.
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

/** The sources of handlers' settings, in ascending order of precedence. */
export interface SettingSources {
  /** The default settings. Empty if there is a settings file, so that the handler reports a setting that is missing in the file. */
  readonly defaults: Readonly<Record<string, string>>
  /** The variables that the project's configuration sets for the function, and those of settings files beside the events. */
  readonly declared?: Readonly<Record<string, string>>
  /** The variables that the settings file sets. */
  readonly file: Readonly<Record<string, string>>
  /** The environment of the user who runs the command. */
  readonly caller: Environment
  /** The values of `--env`: `NAME=VALUE`, or `NAME` for a variable of the user's environment. */
  readonly named: readonly string[]
}

/**
 * Merges the settings that handlers get. The user's environment may contain credentials that handlers must not see. So handlers
 * get only these variables of it:
 *
 * - variables that the system needs
 * - Lifeguard's settings, and settings that the file or the configuration sets too
 * - variables that `--env` names
 * - with `--services aws`, variables that begin with `AWS_`
 *
 * @throws UsageError if `--env` names a variable that is not set, or an AWS setting without `--services aws`.
 */
export function mergeHandlerSettings(
  { defaults, declared = {}, file, caller, named }: SettingSources,
  services: Services,
): Record<string, string> {
  const isDeclared = (name: string): boolean => Object.hasOwn(file, name) || Object.hasOwn(declared, name)
  const inherited = Object.entries(caller).filter(([name]) => isSystem(name) || isSetting(name) || isDeclared(name) || isAws(name))
  const merged = {
    ...defaults,
    ...declared,
    ...file,
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(named.map((each) => parseVariable(each, caller, services))),
  }
  const set = Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(set.filter(([name]) => services === 'aws' || !isAws(name)))
}

/**
 * Returns the environment of the handlers. Only with `--services aws` can a handler reach an AWS account.
 *
 * @param settings The result of {@link mergeHandlerSettings}.
 * @param embedded The variables that make handlers use the embedded services.
 */
export function buildHandlerEnvironment(
  settings: Readonly<Record<string, string>>,
  services: Services,
  embedded: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...settings, ...(services !== 'aws' && NOWHERE), ...embedded }
}

function parseVariable(option: string, caller: Environment, services: Services): readonly [string, string] {
  const [name = '', value = Object.hasOwn(caller, name) ? caller[name] : undefined] = option.split(/=(.*)/s)
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`--env ${option}: expected NAME or NAME=VALUE`)
  if (services !== 'aws' && isAws(name))
    throw new UsageError(
      `--env ${name}: with --services ${services}, handlers cannot reach AWS. To use your own account, add --services aws`,
    )
  if (value === undefined)
    throw new UsageError(`--env ${name}: ${name} is not set in your environment. Set it, or write --env ${name}=VALUE`)
  return [name, value]
}

function isAws(name: string): boolean {
  return name.startsWith('AWS_')
}

/** Returns the names of the variables that handlers of this package read. */
export function listSettings(): readonly string[] {
  return [...sampleSettings().keys()]
}

/** Returns true if a handler of this package reads the variable. */
export function isSetting(name: string): boolean {
  return sampleSettings().has(name)
}

// Ignores the case of the name on Windows, because Windows spells PATH as `Path`.
function isSystem(name: string): boolean {
  return SYSTEM.includes(process.platform === 'win32' ? name.toUpperCase() : name)
}
