#!/usr/bin/env node
// Runs the command in a child process. A busy process cannot handle signals, but this process is idle, so it can stop the command.
import { fork } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { EXIT, EXIT_CODES, renderLines } from './io.ts'
import { describeOldNode } from './node-version.ts'

// One Ctrl-C may arrive twice: from the terminal and from npm. Two signals within this time count as one key press.
const SAME_KEYPRESS_MS = 50

// If fork() cannot start the process, it throws or emits an error. Without this listener, Node would print a stack trace.
process.on('uncaughtException', (error) => {
  complain(`Cannot start the command: ${error.message}`)
  process.exit(EXIT.usage)
})

const problem = describeOldNode(process.versions.node)
if (problem !== undefined) {
  complain(problem)
  process.exit(EXIT.usage)
}

const COMMAND = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './command.ts' : './command.js', import.meta.url))
const command = fork(COMMAND, process.argv.slice(2), { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })

let first: { readonly signal: keyof typeof EXIT_CODES; readonly at: number } | undefined

/** Ends the command: the first signal lets it clean up, the second kills it. */
function end(signal: keyof typeof EXIT_CODES): void {
  const now = performance.now()
  if (first === undefined) {
    first = { signal, at: now }
    // Ignores an error, because send() fails only if the command has just ended and closed the channel.
    command.send(EXIT_CODES[signal], () => undefined)
  } else if (signal !== first.signal || now - first.at > SAME_KEYPRESS_MS) command.kill('SIGKILL')
}

process.on('SIGINT', () => end('SIGINT'))
process.on('SIGTERM', () => end('SIGTERM'))
command.on('exit', (code, signal) => {
  if (code !== null) process.exitCode = code
  else if (first !== undefined) process.exitCode = EXIT_CODES[first.signal]
  else if (signal !== null) {
    complain(`The command was killed by ${signal}${signal === 'SIGKILL' ? '. The system may be out of memory' : ''}`)
    process.exitCode = 128 + constants.signals[signal]
  }
})

function complain(text: string): void {
  process.stderr.write(renderLines([`lifeguard: ${text}`], process.stderr))
}
