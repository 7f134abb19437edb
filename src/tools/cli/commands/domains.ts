import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { EXPECTED_LINE, formatFaults, readDomainSource } from '../../../esbuild/domain-source.ts'
import { type BuiltDomainList, buildDomainList, InvalidDomainListError, readDomainList } from '../../../shared/email/domain-file.ts'
import { splitLines } from '../../../shared/lines.ts'
import { UsageError } from '../../lib/errors.ts'
import { STDIN } from '../../lib/event-files.ts'
import { replaceFiles } from '../../lib/replace-files.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'
import { formatCount } from '../text.ts'

const DOMAINS_HELP = `lifeguard domains build LIST [--out FILE] [--json]
lifeguard domains check FILE [DOMAIN...] [--json]

Makes a file of a long list of email domains that a handler reads at no cost, and asks one. The file
goes into the function's zip, and its name into a setting: ALLOWED_EMAIL_DOMAINS=@file:staff.domains

build   reads LIST, or standard input for -, one pattern a line: example.com for the domain itself,
        *.example.org for all below one. Blank lines are passed over, and lines that begin with #.
        Writes sorted text; writes no file when a line is wrong
check   checks FILE as a handler does when it starts, and says of each DOMAIN which pattern matches
        it, if one does

  --out FILE   build: where to write it; LIST with the ending .domains unless given
  --json       build: one JSON object on standard output; check: one a domain

Exit code: 0 built, or a pattern matches every domain; 1 none matches one of them; 2 bad usage, or
something that cannot be read.`

const ENDING = '.domains'
const COMMANDS = ['build', 'check'] as const

/** `lifeguard domains`. */
export async function runDomains(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('domains', {
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

/** `lifeguard domains build`. */
async function buildDomains(list: string, out: string | undefined, json: boolean, io: Io): Promise<number> {
  const target = out ?? chooseTarget(list)
  if (resolve(target) === resolve(list)) throw new UsageError(`${list}: is the list itself; name another file to write with --out`)
  const read = await readDomainSource(splitLines(await openInput(list, io)))
  const { patterns, faulty } = read
  const name = list === STDIN ? 'standard input' : list
  if (faulty > 0) {
    io.err(formatFaults(name, read))
    const lines = faulty === 1 ? '1 line holds' : `${faulty} lines hold`
    throw new UsageError(`${name}: ${lines} no pattern, and nothing was written; ${EXPECTED_LINE}`)
  }
  if (patterns.length === 0) throw new UsageError(`${name}: holds no pattern; ${EXPECTED_LINE}`)
  const built = buildDomainList(patterns)
  await replaceFiles(new Map([[target, built.bytes]])).catch((error: Error) => {
    throw new UsageError(`${target}: cannot be written: ${error.message}`)
  })
  const counts = { patterns: built.patterns, bytes: built.bytes.length, duplicates: built.duplicates, covered: built.covered }
  await io.out([json ? JSON.stringify({ file: target, ...counts }) : `${target}: ${describeCounts(counts)}`])
  return EXIT.fine
}

function chooseTarget(list: string): string {
  if (list === STDIN) throw new UsageError('Say where to write the list: lifeguard domains build - --out FILE')
  return `${list.slice(0, list.length - extname(list).length)}${ENDING}`
}

async function openInput(list: string, io: Io): Promise<AsyncIterable<string>> {
  if (list === STDIN) return io.input()
  const found = await stat(list).catch(() => undefined)
  if (found === undefined || found.isDirectory()) throw new UsageError(`${list}: ${found ? 'a folder, not a file' : 'no such file'}`)
  return createReadStream(list, 'utf8')
}

type Counts = Readonly<Record<'patterns' | 'bytes' | 'duplicates' | 'covered', number>>

function describeCounts({ patterns, bytes, duplicates, covered }: Counts): string {
  const left = [
    ...(duplicates > 0 ? [`${duplicates} left out that stood there twice`] : []),
    ...(covered > 0 ? [`${covered} left out that a wildcard covers`] : []),
  ]
  return [`${formatCount(patterns, 'pattern')} in ${bytes} bytes`, ...left].join('; ')
}

async function checkDomains(file: string, domains: readonly string[], json: boolean, io: Io): Promise<number> {
  const list = await openList(file)
  if (domains.length === 0) {
    await io.out([json ? JSON.stringify({ file, patterns: list.size }) : `${file}: ${formatCount(list.size, 'pattern')}, sorted`])
  }
  let missing = 0
  for (const domain of domains) {
    const pattern = list.findPattern(domain)
    if (pattern === undefined) missing += 1
    const said = pattern ?? (domain.includes('@') ? "no pattern: the domain is only what stands behind the '@'" : 'no pattern')
    await io.out([json ? JSON.stringify({ domain, pattern: pattern ?? null }) : `${domain}: ${said}`])
  }
  return missing > 0 ? EXIT.unexpected : EXIT.fine
}

async function openList(file: string): Promise<BuiltDomainList> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file}: ${describeFileError(error)}`)
  })
  try {
    return readDomainList(bytes)
  } catch (error) {
    if (error instanceof InvalidDomainListError) throw new UsageError(`${file}: ${error.message}`)
    throw error
  }
}

function describeFileError({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file'
  return code === 'EISDIR' ? 'a folder, not a file' : message
}
