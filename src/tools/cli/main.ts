#!/usr/bin/env node
// Starts the command in a process of its own. A process that computes cannot handle signals; this one always can.
import { fork } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { EXIT, EXIT_CODES, renderLines } from './io.ts'

// npm passes Ctrl-C on although the terminal has sent it already. People are slower.
const SAME_KEYPRESS_MS = 50

// A process that cannot be started is an error that is thrown or emitted, depending on its kind. Node would print a stack.
process.on('uncaughtException', (error) => {
  complain(`the command cannot be run: ${error.message}`)
  process.exit(EXIT.usage)
})

const COMMAND = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './command.ts' : './command.js', import.meta.url))
const command = fork(COMMAND, process.argv.slice(2), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })

let first: { readonly signal: keyof typeof EXIT_CODES; readonly at: number } | undefined

/** The first signal asks the command to end. The second kills it. */
function end(signal: keyof typeof EXIT_CODES): void {
  const now = performance.now()
  if (first === undefined) {
    first = { signal, at: now }
    // The channel is closed when the command has just ended.
    command.send(EXIT_CODES[signal], () => undefined)
  } else if (signal !== first.signal || now - first.at > SAME_KEYPRESS_MS) command.kill('SIGKILL')
}

process.on('SIGINT', () => end('SIGINT'))
process.on('SIGTERM', () => end('SIGTERM'))
command.on('exit', (code, signal) => {
  if (code !== null) process.exitCode = code
  else if (first !== undefined) process.exitCode = EXIT_CODES[first.signal]
  else if (signal !== null) {
    complain(`the command was ended by ${signal}${signal === 'SIGKILL' ? '; the system may have run out of memory' : ''}`)
    process.exitCode = 128 + constants.signals[signal]
  }
})

function complain(text: string): void {
  process.stderr.write(renderLines([`lifeguard: ${text}`], process.stderr))
}
