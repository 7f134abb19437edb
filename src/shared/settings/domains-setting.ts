import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type DomainList, domainList } from '../email/domain-list.ts'
import { readDomainList } from '../email/read-domain-list.ts'

/** A list of domains that `lifeguard domains build` made: Lambda's environment variables hold 4 kB in all. */
export interface DomainFile {
  /** Its path, from the folder of the function's bundle on unless it is absolute, as that of a layer is. */
  readonly file: string
}

/** Domains as a setting names them. */
export type DomainsSetting = readonly string[] | DomainFile

const PREFIX = '@file:'

/** The file that a setting names, if it names one: no domain has an `@` in it. */
export function fileNamed(value: string): string | undefined {
  const text = value.trim()
  // A comma would be a second entry, and a list of domains is the whole of a setting or nothing of it.
  const named = text.startsWith(PREFIX) && text.length > PREFIX.length && !text.includes(',')
  return named ? text.slice(PREFIX.length) : undefined
}

/**
 * Makes a list of the domains that a setting names. Meant for the init phase: a file is read at once.
 *
 * @param folder Where the function's bundle is.
 * @throws Error that names the file when it cannot be read or is no list, whatever is wrong with it.
 */
export function openDomains(setting: DomainsSetting, folder: string): DomainList {
  if (!('file' in setting)) return domainList(setting)
  const path = resolve(folder, setting.file)
  try {
    return readDomainList(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `${PREFIX}${setting.file} cannot be used: ${path}: ${why}. It has to be in the function's zip, see docs/domain-lists.md`,
      { cause },
    )
  }
}
