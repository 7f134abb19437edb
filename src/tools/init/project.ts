import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { DEFAULT_SETTINGS } from '../lib/environment.ts'
import { type OwnManifest, PACKAGE_FOLDER } from '../lib/own-package.ts'
import { ownLock, partOf } from './lock.ts'
import { lockOf, manifestOf, rootsOf } from './manifest.ts'
import type { Origin } from './origin.ts'

/** Files by their path in the project. */
export type ProjectFiles = ReadonlyMap<string, string>

// Enough to see what each rule does; all others are in the package.
const EVENTS = [
  'pre-signup/sign-up-mary',
  'pre-signup/sign-up-subdomain',
  'pre-signup/sign-up-other-domain',
  'pre-signup/sign-up-look-alike-prefix',
  'pre-signup/sign-up-two-at-signs',
  'pre-signup/admin-create',
  'pre-signup/federated-google',
  'pre-signup/federated-google-unverified-email',
  'pre-signup/unknown-trigger-source',
  'post-confirmation/confirm-mary',
  'post-confirmation/federated-google',
  'post-confirmation/password-reset',
  'pre-auth/sign-in-mary',
  'pre-auth/sign-in-federated-google',
  'pre-auth/blocked-by-email',
  'pre-auth/blocked-by-user-name',
  'post-auth/sign-in-mary',
  'post-auth/sign-in-federated-google',
]

// The functions that are deployed, as they are here: they import the toolkit by its name.
const HANDLERS = [
  'pre-signup/handler.ts',
  'pre-signup/settings.ts',
  'pre-signup/blocks.ts',
  'pre-auth/handler.ts',
  'pre-auth/settings.ts',
  'post-auth/handler.ts',
  'post-auth/settings.ts',
  'post-confirmation/handler.ts',
  'post-confirmation/settings.ts',
  'post-confirmation/default-chain.ts',
  'post-confirmation/welcome.html',
  'post-confirmation/welcome.txt',
  'post-confirmation/templates.d.ts',
  'sweeper/handler.ts',
  'sweeper/settings.ts',
]

const GITIGNORE = 'node_modules/\ndist/\n.serverless/\ncoverage/\n'

/**
 * All files of a new project. The deployment is Lifeguard's own, and so are the events: none of it is a copy that would have to
 * be kept up to date.
 *
 * @param name Of the service and the package.
 */
export async function projectFiles(name: string, own: OwnManifest, origin: Origin): Promise<ProjectFiles> {
  const files = new Map<string, string>()
  const locked = partOf(await ownLock(), rootsOf(own))
  files.set('package.json', json(manifestOf(name, own, locked, origin)))
  files.set('package-lock.json', json(lockOf(name, own, locked, origin)))
  files.set('.gitignore', GITIGNORE)
  files.set('lifeguard.env', settings())
  for (const path of await filesIn('starter')) files.set(path, named(await readOwn(`starter/${path}`), '{{name}}', name))
  for (const path of HANDLERS) files.set(`src/${path}`, await readOwn(`src/${path}`))
  for (const path of await filesIn('deploy')) files.set(`deploy/${path}`, await readService(`deploy/${path}`, own))
  for (const [file, service] of [
    ['serverless.yml', 'lifeguard'],
    ['serverless.existing-pool.yml', 'lifeguard-existing-pool'],
  ] as const) {
    const from = `\nservice: ${service}\n`
    const text = await readService(file, own)
    if (!text.includes(from)) throw new Error(`${file} does not call its service ${service}`)
    files.set(file, named(text, from, `\nservice: ${service.replace('lifeguard', name)}\n`))
  }
  for (const event of ['events/seed', ...EVENTS.flatMap((path) => [`events/${path}`, `events/${path}.expect`])]) {
    files.set(`${event}.json`, await readOwn(`${event}.json`))
  }
  return files
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function named(text: string, placeholder: string, name: string): string {
  return text.replaceAll(placeholder, () => name)
}

/** Settings under which the events come out as they expect. */
function settings(): string {
  const lines = Object.entries(DEFAULT_SETTINGS).map(([name, value]) => `${name}=${value}`)
  return `# The settings with which lifeguard replay and the tests run the handlers. Those of a deployment are in serverless.yml.\n${lines.join('\n')}\n`
}

/** Its guides are where the package is. */
async function readService(path: string, { name }: OwnManifest): Promise<string> {
  return (await readOwn(path)).replaceAll(/\bdocs\/(?=[\w-]+\.md\b)/g, `node_modules/${name}/docs/`)
}

function readOwn(path: string): Promise<string> {
  return readFile(join(PACKAGE_FOLDER, path), 'utf8')
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const root = join(PACKAGE_FOLDER, folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}
