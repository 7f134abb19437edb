import { UsageError } from '../lib/errors.ts'
import { readOwnManifest } from '../lib/own-package.ts'
import { EXIT, type Io } from './io.ts'
import { formatError } from './print-error.ts'

/** What lifeguard --help says. */
const HELP = `Rules for the Lambda triggers of an Amazon Cognito user pool, tried without AWS.

lifeguard replay [PATH...]   replays events through the built handlers, as Cognito would call them
lifeguard explain FILE       shows how the rules came to their decision on one event
lifeguard effects COMMAND    shows and handles effects that are not done, on AWS
lifeguard domains COMMAND    makes a file of a long list of email domains, and asks one
lifeguard precompile BUNDLE  makes a bundle start faster, by what one run of it calls
lifeguard attach --pool ID   attaches functions to a user pool that exists, and changes nothing else
lifeguard doctor [TEMPLATE]  tells what is wrong with a deployment, before it is one
lifeguard init DIR           writes a project that is ready to be tried, changed and deployed

lifeguard COMMAND --help     tells more of a command
lifeguard --version`

/** Runs one of the subcommands and returns its exit code. */
type Subcommand = (args: readonly string[], io: Io) => Promise<number>

// Loaded when they are asked for: telling the help or a mistyped word must not wait for the AWS SDK.
const COMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['replay', async (args, io) => (await import('./commands/replay/replay.ts')).runReplay(args, io)],
  ['explain', async (args, io) => (await import('./commands/explain.ts')).runExplain(args, io)],
  ['effects', async (args, io) => (await import('./commands/effects/effects.ts')).runEffects(args, io)],
  ['domains', async (args, io) => (await import('./commands/domains.ts')).runDomains(args, io)],
  ['precompile', async (args, io) => (await import('./commands/precompile/command.ts')).runPrecompile(args, io)],
  ['attach', async (args, io) => (await import('./commands/attach/attach.ts')).runAttach(args, io)],
  ['doctor', async (args, io) => (await import('./commands/doctor.ts')).runDoctor(args, io)],
  ['init', async (args, io) => (await import('./commands/init.ts')).runInit(args, io)],
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
    if (name === '--version' || name === '-v') return await print(io, (await readOwnManifest()).version)
    if (name === '--help' || name === '-h' || name === 'help') return await print(io, HELP)
    const command = COMMANDS.get(name)
    if (command !== undefined) return await command(rest, io)
    const what = name === '' ? 'Say what to do' : `'${name}' is no command of lifeguard`
    throw new UsageError(`${what}: one of ${[...COMMANDS.keys()].join(', ')}; lifeguard --help tells more`)
  } catch (error) {
    if (io.signal.aborted) return EXIT.usage
    io.err(formatError(error))
    return EXIT.usage
  }
}

async function print(io: Io, text: string): Promise<number> {
  await io.out(text.split('\n'))
  return EXIT.fine
}
