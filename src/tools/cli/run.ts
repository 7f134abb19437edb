import { UsageError } from '../replay/usage-error.ts'
import { errorLines } from './error-lines.ts'
import { EXIT, type Io } from './io.ts'
import { HELP } from './usage.ts'
import { version } from './version.ts'

/** Runs one of the subcommands and returns its exit code. */
type Subcommand = (args: readonly string[], io: Io) => Promise<number>

// Loaded when they are asked for: telling the help or a mistyped word must not wait for the AWS SDK.
const COMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['replay', async (args, io) => (await import('./replay.ts')).replayCommand(args, io)],
  ['explain', async (args, io) => (await import('./explain.ts')).explainCommand(args, io)],
  ['effects', async (args, io) => (await import('./commands/effects/effects.ts')).effectsCommand(args, io)],
  ['domains', async (args, io) => (await import('./domains.ts')).domainsCommand(args, io)],
  ['precompile', async (args, io) => (await import('./commands/precompile/command.ts')).precompileCommand(args, io)],
  ['attach', async (args, io) => (await import('./commands/attach/attach.ts')).attachCommand(args, io)],
  ['doctor', async (args, io) => (await import('./doctor.ts')).doctorCommand(args, io)],
  ['init', async (args, io) => (await import('./init.ts')).initCommand(args, io)],
])

/**
 * Runs the command line. What a person did wrong is told in plain text; only a fault of ours shows where it happened.
 *
 * @param args What follows the command's own name.
 * @returns The exit code.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = '', ...rest] = args
  try {
    if (name === '--version' || name === '-v') return await print(io, await version())
    if (name === '--help' || name === '-h' || name === 'help') return await print(io, HELP)
    const command = COMMANDS.get(name)
    if (command !== undefined) return await command(rest, io)
    const what = name === '' ? 'Say what to do' : `'${name}' is no command of lifeguard`
    throw new UsageError(`${what}: one of ${[...COMMANDS.keys()].join(', ')}; lifeguard --help tells more`)
  } catch (error) {
    if (io.signal.aborted) return EXIT.usage
    io.err(errorLines(error))
    return EXIT.usage
  }
}

async function print(io: Io, text: string): Promise<number> {
  await io.out(text.split('\n'))
  return EXIT.fine
}
