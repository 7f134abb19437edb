import { readFile } from 'node:fs/promises'
import { InvalidDomainList } from '../../shared/email/invalid-domain-list.ts'
import { type BuiltDomainList, readDomainList } from '../../shared/email/read-domain-list.ts'
import { UsageError } from '../lib/errors.ts'
import { STDIN } from '../lib/event-files.ts'
import { buildDomains } from './domains-build.ts'
import { DOMAINS_HELP } from './domains-usage.ts'
import { EXIT, type Io } from './io.ts'
import { parse } from './options.ts'

const COMMANDS = ['build', 'check'] as const

/** `lifeguard domains`. */
export async function domainsCommand(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse('domains', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, out: { type: 'string' }, json: { type: 'boolean' } },
  })
  if (values.help) {
    await io.out(DOMAINS_HELP.split('\n'))
    return EXIT.fine
  }
  const [name = '', file, ...rest] = positionals
  const command = COMMANDS.find((each) => each === name)
  if (command === undefined) {
    const what = name === '' ? 'Say what to do with domains' : `'${name}' is no command of lifeguard domains`
    throw new UsageError(`${what}: one of ${COMMANDS.join(', ')}; lifeguard domains --help tells more`)
  }
  const json = values.json ?? false
  if (command === 'check') {
    if (values.out !== undefined) throw new UsageError('--out goes with domains build')
    if (file === undefined || file === STDIN) throw new UsageError('Say which list to ask: lifeguard domains check FILE DOMAIN...')
    return checkDomains(file, rest, json, io)
  }
  if (file === undefined) throw new UsageError('Say which list to build: lifeguard domains build LIST, or - for standard input')
  if (rest.length > 0) throw new UsageError(`domains build takes one list; '${rest[0]}' is a second one`)
  return buildDomains(file, values.out, json, io)
}

async function checkDomains(file: string, domains: readonly string[], json: boolean, io: Io): Promise<number> {
  const list = await openList(file)
  if (domains.length === 0) {
    const count = `${list.size} ${list.size === 1 ? 'pattern' : 'patterns'}`
    await io.out([json ? JSON.stringify({ file, patterns: list.size }) : `${file}: ${count}, undamaged`])
  }
  let missing = 0
  for (const domain of domains) {
    const pattern = list.patternOf(domain)
    if (pattern === undefined) missing += 1
    const said = pattern ?? (domain.includes('@') ? "no pattern: the domain is only what stands behind the '@'" : 'no pattern')
    await io.out([json ? JSON.stringify({ domain, pattern: pattern ?? null }) : `${domain}: ${said}`])
  }
  return missing > 0 ? EXIT.unexpected : EXIT.fine
}

async function openList(file: string): Promise<BuiltDomainList> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file}: ${reasonOf(error)}`)
  })
  try {
    const list = readDomainList(bytes)
    list.verify()
    return list
  } catch (error) {
    if (error instanceof InvalidDomainList) throw new UsageError(`${file}: ${error.message}`)
    throw error
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file'
  return code === 'EISDIR' ? 'a folder, not a file' : message
}
