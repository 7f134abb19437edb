import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { onTestFinished } from 'vitest'
import type { DevAddresses } from '../../../src/tools/cli/commands/dev/dev.ts'
import { start } from './lifeguard.ts'

/** A running `lifeguard dev`. */
export interface RunningDev extends DevAddresses {
  readonly child: ChildProcess
  readonly client: CognitoIdentityProviderClient
  /** Waits until a line on standard error contains a text. */
  readonly waitForNote: (text: string) => Promise<void>
  /** Sends Ctrl-C, and returns the exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts `lifeguard dev --json` in a folder. Kills it when the test ends. */
export async function startDevCommand(cwd: string, args: readonly string[] = []): Promise<RunningDev> {
  const child = start(['dev', '--json', ...args], { cwd })
  if (child.stdout === null || child.stderr === null) throw new Error('lifeguard dev has no output')
  const notes: string[] = []
  const watchers = new Set<() => void>()
  createInterface(child.stderr).on('line', (line) => {
    notes.push(line)
    for (const watcher of watchers) watcher()
  })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    // Its folder is removed next, so it must not write any more.
    await exited
  })
  const first = await Promise.race([once(createInterface(child.stdout), 'line'), exited])
  const [line] = first
  if (typeof line !== 'string') throw new Error(`lifeguard dev exited: ${notes.join('\n')}`)
  const addresses: DevAddresses = JSON.parse(line)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new CognitoIdentityProviderClient({ endpoint: addresses.endpoint, region: addresses.region, credentials, maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  return {
    ...addresses,
    child,
    client,
    waitForNote: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          const at = notes.findIndex((note) => note.includes(text))
          if (at === -1) return
          // A later wait for the same text waits for another note.
          notes.splice(0, at + 1)
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    async stop() {
      child.kill('SIGINT')
      const [code] = await exited
      return typeof code === 'number' ? code : null
    },
  }
}
