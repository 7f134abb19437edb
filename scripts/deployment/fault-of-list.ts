import { readFileSync } from 'node:fs'
import { posix, resolve } from 'node:path'
import { openDomainFile } from '../../src/shared/settings/open-domain-file.ts'
import type { PackagedFunction } from './packaged.ts'
import { zipNames } from './zip-names.ts'

/**
 * What is wrong with a list of domains that a setting names by `@file:`, as the function would find it in its zip.
 *
 * @param file From the folder of the function's bundle on.
 * @param service The folder of the service, with `dist/` in it.
 * @returns undefined where the function could read it.
 */
export function faultOfList(file: string, { handler, archive }: PackagedFunction, service: string): string | undefined {
  const folder = posix.dirname(handler)
  try {
    openDomainFile({ file }, resolve(service, folder))
  } catch (error) {
    // Without what openDomainFile says around it to somebody who reads the function's log.
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  }
  const path = posix.join(folder, file)
  return zipNames(readFileSync(archive)).has(path) ? undefined : `${path} is in no pattern of the function's package`
}
