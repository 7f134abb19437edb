import { createReadStream } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { domainSource, EXPECTED_LINE } from '../build/domain-source.ts'
import { STDIN } from '../replay/event-files.ts'
import { linesOf } from '../replay/lines.ts'
import { UsageError } from '../replay/usage-error.ts'
import { buildDomainList } from '../shared/email/build-domain-list.ts'
import { EXIT, type Io } from './io.ts'

const ENDING = '.domains'

/** `lifeguard domains build`. */
export async function buildDomains(list: string, out: string | undefined, json: boolean, io: Io): Promise<number> {
  const target = out ?? targetFor(list)
  if (resolve(target) === resolve(list)) throw new UsageError(`${list}: is the list itself; name another file to write with --out`)
  const { patterns, faults } = await domainSource(linesOf(await chunksOf(list, io)))
  const name = list === STDIN ? 'standard input' : list
  for (const { line, what } of faults) io.err([`${name}:${line}: ${what}`])
  if (faults.length > 0) {
    const lines = faults.length === 1 ? '1 line holds' : `${faults.length} lines hold`
    throw new UsageError(`${name}: ${lines} no pattern, and nothing was written; ${EXPECTED_LINE}`)
  }
  if (patterns.length === 0) throw new UsageError(`${name}: holds no pattern; ${EXPECTED_LINE}`)
  const built = buildDomainList(patterns)
  await write(target, built.bytes)
  const counts = { patterns: built.patterns, bytes: built.bytes.length, duplicates: built.duplicates, covered: built.covered }
  await io.out([json ? JSON.stringify({ file: target, ...counts }) : `${target}: ${sentence(counts)}`])
  return EXIT.fine
}

function targetFor(list: string): string {
  if (list === STDIN) throw new UsageError('Say where to write the list: lifeguard domains build - --out FILE')
  return `${list.slice(0, list.length - extname(list).length)}${ENDING}`
}

async function chunksOf(list: string, io: Io): Promise<AsyncIterable<string>> {
  if (list === STDIN) return io.input()
  const found = await stat(list).catch(() => undefined)
  if (found === undefined || found.isDirectory()) throw new UsageError(`${list}: ${found ? 'a folder, not a file' : 'no such file'}`)
  return createReadStream(list, 'utf8')
}

/** In one step: whoever reads the file meanwhile finds the old list or the new one. */
async function write(target: string, bytes: Uint8Array): Promise<void> {
  const beside = `${target}.${process.pid}`
  try {
    await writeFile(beside, bytes)
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw new UsageError(`${target}: cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

interface Counts {
  readonly patterns: number
  readonly bytes: number
  readonly duplicates: number
  readonly covered: number
}

function sentence({ patterns, bytes, duplicates, covered }: Counts): string {
  const left = [
    ...(duplicates > 0 ? [`${duplicates} left out that stood there twice`] : []),
    ...(covered > 0 ? [`${covered} left out that a wildcard covers`] : []),
  ]
  return [`${patterns} ${patterns === 1 ? 'pattern' : 'patterns'} in ${bytes} bytes`, ...left].join('; ')
}
