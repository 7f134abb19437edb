import { type ChildProcess, type ExecFileOptions, execFile } from 'node:child_process'
import { UsageError } from './errors.ts'

// The time between the exit of a process and the closing of its output, so that the remaining output can be read.
const GRACE_MS = 500

/**
 * Closes the output streams of a child process shortly after it exits. Otherwise the `close` event
 * waits for every grandchild process that keeps the streams open.
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
 * Runs a program and waits until it exits.
 *
 * @returns The program's standard output.
 * @param shown The program's name in the error message, such as `npm run build`.
 * @throws UsageError with the program's output if the program fails.
 */
export async function runProgram(shown: string, file: string, args: readonly string[], options: ExecFileOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error) reject(new UsageError(`${shown} failed`, `${stdout}${stderr}`.trim()))
      else resolve(stdout)
    })
    closeAfterExit(child)
  })
}
