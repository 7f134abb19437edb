import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { domainSource, EXPECTED_LINE, faultLines } from '../../../esbuild/domain-source.ts'
import { buildDomainList } from '../../../shared/email/domain-file.ts'
import { UsageError } from '../../lib/errors.ts'
import { STDIN } from '../../lib/event-files.ts'
import { linesOf } from '../../lib/lines.ts'
import { EXIT, type Io } from '../io.ts'

const ENDING = '.domains'

/** `lifeguard domains build`. */
export async function buildDomains(list: string, out: string | undefined, json: boolean, io: Io): Promise<number> {
  const target = out ?? targetFor(list)
  if (resolve(target) === resolve(list)) throw new UsageError(`${list}: is the list itself; name another file to write with --out`)
  const read = await domainSource(linesOf(await chunksOf(list, io)))
  const { patterns, faulty } = read
  const name = list === STDIN ? 'standard input' : list
  if (faulty > 0) {
    io.err(faultLines(name, read))
    const lines = faulty === 1 ? '1 line holds' : `${faulty} lines hold`
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

/** Replaces the target in one step: readers find the old list or the new one. */
async function write(target: string, bytes: Uint8Array): Promise<void> {
  try {
    await replace(target, bytes)
  } catch (error) {
    throw new UsageError(`${target}: cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function replace(target: string, bytes: Uint8Array): Promise<void> {
  // In the same folder, so that it can be renamed. The name cannot be guessed, and `wx` neither follows a link nor takes over a file.
  const beside = `${target}.${randomUUID()}.tmp`
  const file = await open(beside, 'wx')
  try {
    await file.writeFile(bytes).finally(() => file.close())
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
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
