import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix, relative } from 'node:path'
import { EVENT_SETTINGS } from '../lib/environment.ts'
import { type OwnManifest, PACKAGE_FOLDER } from '../lib/own-package.ts'
import { replaceSampleDomain, SAMPLE_DOMAIN } from './domain.ts'
import { readOwnLock, selectPackages } from './lock.ts'
import { createLock, createManifest, listRoots } from './manifest.ts'
import type { Origin } from './origin.ts'

/** The contents of files by their path in the project. */
export type ProjectFiles = ReadonlyMap<string, string>

/** The file in a folder of sample events that lists the events to copy into new projects. */
const STARTER_EVENTS = 'starter.txt'

const GITIGNORE = 'node_modules/\ndist/\n.serverless/\ncoverage/\n'

/**
 * Creates all files of a new project. Copies this package's own deployment files, handlers and events, so that no separate
 * templates must be maintained.
 *
 * @param name The name of the service and of the project's package.
 * @param domain The normalised email domain that may sign up.
 */
export async function createProjectFiles(
  name: string,
  own: OwnManifest,
  origin: Origin,
  domain: string = SAMPLE_DOMAIN,
): Promise<ProjectFiles> {
  const files = new Map<string, string>()
  const locked = selectPackages(await readOwnLock(), listRoots(own))
  files.set('package.json', toJson(createManifest(name, own, locked, origin)))
  files.set('package-lock.json', toJson(createLock(name, own, locked, origin)))
  files.set('.gitignore', GITIGNORE)
  for (const path of await listFiles('starter')) {
    const text = await readOwn(`starter/${path}`)
    files.set(path, text.replaceAll('{{name}}', name).replaceAll('{{domain}}', domain))
  }
  for (const path of await listFiles('deploy')) files.set(`deploy/${path}`, await readService(`deploy/${path}`, own))
  for (const file of ['serverless.yml', 'serverless.existing-pool.yml'])
    files.set(file, replaceOnce(await readService(file, own), '\nservice: lifeguard', `\nservice: ${name}`))
  const service = removeOptional(files.get('serverless.yml') ?? '')
  const folders = listFolders(service)
  for (const folder of folders) for (const path of await listHandlerFiles(folder)) files.set(path, await readOwn(path))
  files.set('serverless.yml', replaceOnce(service, `allowedEmailDomains, '${SAMPLE_DOMAIN}'`, `allowedEmailDomains, '${domain}'`))
  for (const path of await starterEvents(folders)) files.set(path, replaceSampleDomain(await readOwn(path), domain))
  for (const path of (await listFiles('events')).filter((each) => posix.basename(each) === EVENT_SETTINGS)) {
    if (!folders.includes(posix.dirname(path))) continue
    const settings = selectSettings(await readOwn(`events/${path}`), domain)
    if (settings !== undefined) files.set(`events/${path}`, settings)
  }
  return files
}

/**
 * Lists handler.ts of a folder and the files that it imports by a relative path. Empty if the folder has no handler. Handlers import the package itself by the
 * package name.
 *
 * @param folder The folder of `src`, such as `pre-signup`.
 */
export async function listHandlerFiles(folder: string): Promise<readonly string[]> {
  const found = new Set<string>()
  const add = async (path: string): Promise<void> => {
    if (found.has(path)) return
    found.add(path)
    for (const [, to = ''] of (await readOwn(path)).matchAll(/(?:from |import\()'(\.[^']+)'/g))
      await add(posix.join(posix.dirname(path), to))
  }
  const sources = await listFiles('src')
  if (sources.includes(`${folder}/handler.ts`)) await add(`src/${folder}/handler.ts`)
  const folders = [...found].map(posix.dirname)
  const declarations = sources.filter((path) => path.endsWith('.d.ts') && folders.includes(`src/${posix.dirname(path)}`))
  return [...found, ...declarations.map((path) => `src/${path}`)]
}

/**
 * Removes the functions under `custom.optional`. Some of them need packages that a new project does not have. `lifeguard add` adds them.
 */
function removeOptional(service: string): string {
  const [section = '\n  optional:'] = /\n {2}optional:.*(?:\n(?: {4}.*)?)*(?=\n {2}\S)/.exec(service) ?? []
  return replaceOnce(service, section, '\n  optional: {}')
}

/** Lists the folders of the deployed functions. */
function listFolders(service: string): readonly string[] {
  return [...service.matchAll(/^ +handler: dist\/([\w-]+)\/handler\.\w+$/gm)].map(([, folder = '']) => folder)
}

async function starterEvents(folders: readonly string[]): Promise<readonly string[]> {
  const lists = folders.map((folder) => `${folder}/${STARTER_EVENTS}`).filter((list) => existsSync(join(PACKAGE_FOLDER, 'events', list)))
  const events = await Promise.all(
    lists.map(async (list) =>
      (await readOwn(`events/${list}`))
        .split('\n')
        .filter(Boolean)
        .map((name) => `events/${posix.dirname(list)}/${name}`),
    ),
  )
  return ['events/seed.json', ...events.flat().flatMap((event) => [`${event}.json`, `${event}.expect.json`])]
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function replaceOnce(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`The deployment does not contain '${from.trim()}'`)
  return text.replace(from, () => to)
}

/**
 * Selects the settings that events need and that serverless.yml leaves empty: those of the welcome email. All other settings of a
 * project are in serverless.yml only.
 */
function selectSettings(text: string, domain: string): string | undefined {
  const lines = text.split('\n').filter((line) => /^WELCOME_\w+=./.test(line))
  const head = '# In replay, these events need these settings, whatever serverless.yml sets.'
  return lines.length === 0 ? undefined : `${[head, ...lines].join('\n').replaceAll(`@${SAMPLE_DOMAIN}`, `@${domain}`)}\n`
}

/** Reads a deployment file, and replaces paths of guides in docs/ by the paths in the installed package. */
async function readService(path: string, { name }: OwnManifest): Promise<string> {
  return (await readOwn(path)).replaceAll(/\bdocs\/(?=[\w/-]+\.md\b)/g, `node_modules/${name}/docs/`)
}

function readOwn(path: string): Promise<string> {
  return readFile(join(PACKAGE_FOLDER, path), 'utf8')
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const root = join(PACKAGE_FOLDER, folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
  // Sorted, because the order of a folder's entries depends on the file system.
  return paths.map((path) => path.replaceAll('\\', '/')).toSorted()
}
