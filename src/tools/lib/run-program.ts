import type { ChildProcess } from 'node:child_process'

// What the process itself wrote is in the pipes by then.
const GRACE_MS = 500

/**
 * Closes the output of a process shortly after its end. A process that it has started may hold the output open for ever, and
 * the `close` event waits for that.
 */
export function closeAfterExit(child: ChildProcess): void {
  child.once('exit', () => {
    const timer = setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy()
    }, GRACE_MS)
    child.once('close', () => clearTimeout(timer))
  })
}
