import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** The machine that ran the bench. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  /** True if measured programs ran on one CPU, and the services and the bench on another. */
  readonly pinned: boolean
}

/** The CPUs that processes are pinned to. */
export interface Pins {
  readonly measured: number
  readonly rest: number
}

/** Describes this machine. */
export function describeMachine(pins: Pins | undefined): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    pinned: pins !== undefined,
  }
}

/**
 * Pins this process and its child processes to one CPU. Returns that CPU as `rest`, and a free one as `measured`. Returns undefined if
 * pinning is impossible.
 */
export function pin(): Pins | undefined {
  const [measured, rest] = allowedCpus()
  if (measured === undefined || rest === undefined) return undefined
  const pinned = spawnSync('taskset', ['-a', '-c', '-p', String(rest), String(process.pid)], { stdio: 'ignore' })
  return pinned.status === 0 ? { measured, rest } : undefined
}

function allowedCpus(): readonly number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return parseCpuList(list)
  } catch {
    // Only Linux has this file. On other systems, no process is pinned.
    return []
  }
}

/** Parses a list such as `0-2,5`. */
export function parseCpuList(text: string): readonly number[] {
  return text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number)
    if (from === undefined || to === undefined || Number.isNaN(from) || part === '') return []
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}
