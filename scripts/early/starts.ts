import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Start } from './functions-called.ts'

const EVENTS = resolve(import.meta.dirname, '../../events')

/** An ordinary event of each handler that somebody waits for. */
const ORDINARY = {
  'pre-signup': 'sign-up-mary.json',
  'pre-auth': 'sign-in-mary.json',
  'post-auth': 'sign-in-mary.json',
  'post-confirmation': 'confirm-mary.json',
} as const

const AUTO_CONFIRM = { AUTO_CONFIRM_DOMAINS: 'example.com', AUTO_CONFIRM_TRUST: 'unproven-address' }

/** Whether somebody waits for a function when it starts. */
export function isWaitedFor(name: string): name is keyof typeof ORDINARY {
  return Object.hasOwn(ORDINARY, name)
}

/** How a function usually starts. */
export async function ordinaryStart(name: keyof typeof ORDINARY): Promise<Start> {
  const event = await readFile(join(EVENTS, name, ORDINARY[name]), 'utf8')
  return { event, environment: name === 'pre-signup' ? AUTO_CONFIRM : {} }
}
