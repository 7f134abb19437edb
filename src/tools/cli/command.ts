// Runs one command. main.ts starts this file in a child process.

import { EXIT, EXIT_CODES, type Io, renderLines, renderRedrawn } from './io.ts'
import { formatError } from './print-error.ts'
import { run } from './run.ts'

const ending = new AbortController()
let endCode: number | undefined
const end = (code: number): void => {
  endCode ??= code
  ending.abort()
}
// Ctrl-C in a terminal reaches this process directly. A signal that main.ts gets arrives here as a message.
process.on('SIGINT', () => end(EXIT_CODES.SIGINT))
process.on('SIGTERM', () => end(EXIT_CODES.SIGTERM))
process.on('message', (code) => end(Number(code)))
// The channel closes when main.ts is killed. Without a parent, the command must not continue to run.
process.on('disconnect', () => end(EXIT_CODES.SIGTERM))
process.channel?.unref()
// A reader such as `head` may close the pipe early. This is not an error, so the exit code is 0.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return end(0)
  io.err([`lifeguard: Cannot write to standard output: ${error.message}`])
  end(EXIT.usage)
})

const io: Io = {
  out: (lines) =>
    new Promise((resolve) => {
      if (ending.signal.aborted || process.stdout.write(renderLines(lines, process.stdout))) return resolve()
      const done = (): void => {
        process.stdout.off('drain', done)
        ending.signal.removeEventListener('abort', done)
        resolve()
      }
      process.stdout.once('drain', done)
      ending.signal.addEventListener('abort', done, { once: true })
    }),
  err: (lines) => void process.stderr.write(renderLines(lines, process.stderr)),
  redraw: (text) => void process.stderr.write(renderRedrawn(text)),
  errIsTerminal: process.stderr.isTTY === true,
  input: () => process.stdin.setEncoding('utf8'),
  environment: process.env,
  folder: process.cwd(),
  signal: ending.signal,
}

// Prints an uncaught error here, because Node would print it without escaping control characters.
process.on('uncaughtException', (error) => {
  io.err(formatError(error))
  process.exit(EXIT.usage)
})

const code = await run(process.argv.slice(2), io)
if (endCode === undefined) process.exitCode = code
// After a signal, calls exit(), because a pending read of standard input would keep the process running.
else process.exit(endCode)
