import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { EXPECTED_LINE, formatFaults, readDomainSource } from '../../../esbuild/domain-source.ts'
import { type BuiltDomainList, buildDomainList, InvalidDomainListError, readDomainList } from '../../../shared/email/domain-file.ts'
import { splitLines } from '../../../shared/lines.ts'
import { UsageError } from '../../lib/errors.ts'
import { STDIN } from '../../lib/event-files.ts'
import { replaceFiles } from '../../lib/replace-files.ts'
import { formatHelp } from '../help.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'
import { describeUnknownCommand } from '../suggest.ts'
import { formatCount } from '../text.ts'

const DOMAINS_HELP = formatHelp([
  'Build a file from a long list of email domains and addresses, or search it.',
  {
    title: 'Usage',
    lines: ['lifeguard domains build LIST [--out FILE] [--json]', 'lifeguard domains check FILE [DOMAIN|EMAIL...] [--json]'],
  },
  "A handler that reads the built file starts fast, even with thousands of domains. Put the file into the function's zip, and its name into a setting, such as ALLOWED_EMAIL_DOMAINS=@file:staff.domains",
  {
    title: 'Commands',
    entries: [
      [
        'build',
        'Reads LIST, or standard input for -, with one pattern per line, or a JSON array of patterns. The pattern example.com matches the domain itself, *.example.org all its subdomains, .example.net both, and ann@example.com one address. Skips blank lines and lines that begin with #. Writes sorted text. Writes nothing if a pattern is invalid.',
      ],
      ['check', 'Validates FILE, and prints the pattern that matches each DOMAIN or EMAIL.'],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--out FILE', 'build: write to this file (default: LIST with the extension .domains)'],
      ['--json', 'build: print one JSON object; check: print one JSON object per domain or email'],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the file was built, or every domain or email matches a pattern'],
      ['1', 'a domain or an email matches no pattern'],
      ['2', 'the usage or the input is invalid'],
    ],
  },
  { title: 'Example', lines: ['lifeguard domains build staff.txt', 'lifeguard domains check staff.domains mail.example.org'] },
])

const ENDING = '.domains'
const COMMANDS = ['build', 'check'] as const

/** Runs `lifeguard domains` and returns its exit code. */
export async function runDomains(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('domains', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, out: { type: 'string' }, json: { type: 'boolean' } },
  })
  if (values.help) {
    await io.out(DOMAINS_HELP)
    return EXIT.fine
  }
  const [name = '', file, ...rest] = positionals
  const command = COMMANDS.find((each) => each === name)
  if (command === undefined) {
    throw new UsageError(describeUnknownCommand('domains', name, COMMANDS))
  }
  const json = values.json ?? false
  if (command === 'check') {
    if (values.out !== undefined) throw new UsageError("--out works only with 'domains build'")
    if (file === undefined || file === STDIN) throw new UsageError('Missing list. Expected: lifeguard domains check FILE DOMAIN...')
    return checkDomains(file, rest, json, io)
  }
  if (file === undefined) throw new UsageError('Missing list. Expected: lifeguard domains build LIST, or - for standard input')
  if (rest.length > 0) throw new UsageError(`Unexpected argument '${rest[0]}'. Expected one list: lifeguard domains build LIST`)
  return buildDomains(file, values.out, json, io)
}

/** Runs `lifeguard domains build`. */
async function buildDomains(list: string, out: string | undefined, json: boolean, io: Io): Promise<number> {
  const target = out ?? chooseTarget(list)
  if (resolve(target) === resolve(list))
    throw new UsageError(`${list}: the output would overwrite the list itself. Choose another file with --out FILE`)
  const name = list === STDIN ? 'standard input' : list
  const lines = splitLines(await openInput(list, io))
  const read = await readDomainSource(lines).catch((error: Error) => {
    throw new UsageError(`${name}: ${error.message}`)
  })
  const { patterns, faulty } = read
  if (faulty > 0) {
    io.err(formatFaults(name, read))
    throw new UsageError(`${name}: ${formatCount(faulty, 'invalid pattern')}, and nothing was written; ${EXPECTED_LINE}`)
  }
  if (patterns.length === 0) throw new UsageError(`${name}: contains no patterns; ${EXPECTED_LINE}`)
  const built = buildDomainList(patterns)
  await replaceFiles(new Map([[target, built.bytes]])).catch((error: Error) => {
    throw new UsageError(`${target}: cannot write the file: ${error.message}`)
  })
  const counts = { patterns: built.patterns, bytes: built.bytes.length, duplicates: built.duplicates, covered: built.covered }
  await io.out([json ? JSON.stringify({ file: target, ...counts }) : `${target}: ${describeCounts(counts)}`])
  return EXIT.fine
}

function chooseTarget(list: string): string {
  if (list === STDIN) throw new UsageError('Missing --out. Expected: lifeguard domains build - --out FILE')
  return `${list.slice(0, list.length - extname(list).length)}${ENDING}`
}

async function openInput(list: string, io: Io): Promise<AsyncIterable<string>> {
  if (list === STDIN) return io.input()
  const found = await stat(list).catch(() => undefined)
  if (found === undefined || found.isDirectory()) throw new UsageError(`${list}: ${found ? 'is a folder, not a file' : 'no such file'}`)
  return createReadStream(list, 'utf8')
}

type Counts = Readonly<Record<'patterns' | 'bytes' | 'duplicates' | 'covered', number>>

function describeCounts({ patterns, bytes, duplicates, covered }: Counts): string {
  const removed = [
    ...(duplicates > 0 ? [`${formatCount(duplicates, 'duplicate')} removed`] : []),
    ...(covered > 0 ? [`${covered} removed because a wildcard covers ${covered === 1 ? 'it' : 'them'}`] : []),
  ]
  return [`${formatCount(patterns, 'pattern')} in ${bytes} bytes`, ...removed].join('; ')
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
    await io.out([json ? JSON.stringify({ domain, pattern: pattern ?? null }) : `${domain}: ${pattern ?? 'no match'}`])
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
  return code === 'EISDIR' ? 'is a folder, not a file' : message
}
