import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from './built.ts'

/** Returns the TypeScript programs in a text of the docs. */
export function findPrograms(text: string): readonly string[] {
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, program = '']) => program)
}

/** Returns the TypeScript programs of a page, given as a path below the repository. */
export async function readPrograms(page: string): Promise<readonly string[]> {
  return findPrograms(await readFile(join(repository, page), 'utf8'))
}

/** Replaces imports of the package by imports of its sources. */
export function withSources(program: string): string {
  return program.replaceAll(/'cognito-lifeguard(\/[\w-]+)?'/g, (_, entry = '') => {
    const folder = ['/aws', '/captcha', '/directory', '/invites', '/limits', '/settings', '/waitlist'].includes(entry)
      ? `src/shared${entry}`
      : `src${entry}`
    return `'${pathToFileURL(join(repository, folder, 'index.ts')).href}'`
  })
}
