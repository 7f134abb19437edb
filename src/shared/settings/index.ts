export type { Mailbox } from '../email/mailbox.ts'
export {
  type DomainFile,
  type DomainsSetting,
  date,
  domains,
  httpsUrl,
  integer,
  type LogSettings,
  line,
  logFields,
  logging,
  mailbox,
  nonEmptyString,
  oneOf,
  openDomains,
  region,
  strings,
} from './fields.ts'
export {
  type Environment,
  type Field,
  type Fields,
  InvalidSettingsError,
  optional,
  type Requirement,
  readSettings,
  type SettingsTable,
} from './settings.ts'
