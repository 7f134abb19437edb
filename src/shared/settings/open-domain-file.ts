import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { readDomainList } from '../email/domain-file.ts'
import type { DomainList } from '../email/domain-list.ts'
import type { DomainFile } from './domains-setting.ts'

/**
 * Reads the list of domains that a setting names. Meant for the init phase, and for a lazy import: no other setting needs this.
 *
 * @param folder Where the function's bundle is.
 * @throws Error that names the file when it cannot be read or is no list, whatever is wrong with it.
 */
export function openDomainFile({ file }: DomainFile, folder: string): DomainList {
  const path = resolve(folder, file)
  try {
    return readDomainList(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`@file:${file} cannot be used: ${path}: ${why}. It has to be in the function's zip, see docs/domain-lists.md`, {
      cause,
    })
  }
}
