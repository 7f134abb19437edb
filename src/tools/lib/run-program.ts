import { type ChildProcess, type ExecFileOptions, execFile } from 'node:child_process'
import { UsageError } from './errors.ts'

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

/**
 * Runs a program to its end.
 *
 * @param shown What the error calls it, such as `npm run build`.
 * @throws UsageError with all that the program printed when it fails.
 */
export async function runProgram(shown: string, file: string, args: readonly string[], options: ExecFileOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = execFile(file, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new UsageError(`${shown} failed`, `${stdout}${stderr}`.trim()))
      else resolve()
    })
    closeAfterExit(child)
  })
}
