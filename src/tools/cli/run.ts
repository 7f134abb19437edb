import { UsageError } from '../lib/errors.ts'
import { readOwnManifest } from '../lib/own-package.ts'
import { formatHelp } from './help.ts'
import { EXIT, type Io } from './io.ts'
import { formatError } from './print-error.ts'
import { describeUnknownCommand } from './suggest.ts'

/** The help of `lifeguard` itself. */
const HELP = formatHelp([
  'Test and operate rules for the Lambda triggers of an Amazon Cognito user pool.',
  {
    title: 'Commands',
    entries: [
      ['lifeguard replay [PATH...]', 'Replay events through the built handlers, without AWS'],
      ['lifeguard explain FILE', 'Show how the rules decided one event'],
      ['lifeguard dev', 'Start a local user pool that calls the functions of this project'],
      ['lifeguard record ENDPOINT', 'Save what a local user pool sent to triggers, as events'],
      ['lifeguard preview DIR', 'Write every message of the handlers, to look at it'],
      ['lifeguard block WHO', 'Block a user, an email address or a domain, on AWS'],
      ['lifeguard unblock WHO', 'Remove a block, on AWS'],
      ['lifeguard blocked', 'List blocks, or check a user, on AWS'],
      ['lifeguard effects COMMAND', 'List, retry, drop or recover effects that are not done, on AWS'],
      ['lifeguard invite EMAIL', 'Create, list or revoke invitations for a sign-up, on AWS'],
      ['lifeguard inactive --days N', 'List users who were not seen for some days, on AWS'],
      ['lifeguard erase SUB', 'Delete the rows of a user from the tables of the rules, on AWS'],
      ['lifeguard domains COMMAND', 'Build a file from a long list of email domains, or search it'],
      ['lifeguard import-check FILE', "Check which password hashes fit AWS's import of users"],
      ['lifeguard precompile BUNDLE', 'Make a bundle start faster'],
      ['lifeguard attach --pool ID', 'Attach functions to an existing user pool, and change nothing else'],
      ['lifeguard doctor [TEMPLATE]', 'Find mistakes in a deployment before you deploy it'],
      ['lifeguard init DIR', 'Create a project with handlers, events, a test and a deployment'],
      ['lifeguard add TRIGGER...', 'Add triggers to a project that you already have'],
      ['lifeguard build', 'Bundle the handlers of a project for Lambda'],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--help', 'Show this help. After a command, show the help of that command'],
      ['--version', 'Show the version'],
    ],
  },
  { title: 'Example', lines: ['lifeguard replay events/pre-signup/sign-up-mary.json'] },
])

/** Runs one of the commands and returns its exit code. */
type Subcommand = (args: readonly string[], io: Io) => Promise<number>

// Imported on demand, so that the help and an unknown command do not wait for the AWS SDK to load.
const COMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ['replay', async (args, io) => (await import('./commands/replay/replay.ts')).runReplay(args, io)],
  ['explain', async (args, io) => (await import('./commands/explain.ts')).runExplain(args, io)],
  ['dev', async (args, io) => (await import('./commands/dev/dev.ts')).runDev(args, io)],
  ['record', async (args, io) => (await import('./commands/record/record.ts')).runRecord(args, io)],
  ['preview', async (args, io) => (await import('./commands/preview/preview.ts')).runPreview(args, io)],
  ['block', async (args, io) => (await import('./commands/block/block.ts')).runBlock(args, io)],
  ['unblock', async (args, io) => (await import('./commands/block/unblock.ts')).runUnblock(args, io)],
  ['blocked', async (args, io) => (await import('./commands/block/blocked.ts')).runBlocked(args, io)],
  ['effects', async (args, io) => (await import('./commands/effects/effects.ts')).runEffects(args, io)],
  ['invite', async (args, io) => (await import('./commands/invite.ts')).runInvite(args, io)],
  ['inactive', async (args, io) => (await import('./commands/inactive/inactive.ts')).runInactive(args, io)],
  ['erase', async (args, io) => (await import('./commands/erase/erase.ts')).runErase(args, io)],
  ['domains', async (args, io) => (await import('./commands/domains.ts')).runDomains(args, io)],
  ['import-check', async (args, io) => (await import('./commands/import-check/import-check.ts')).runImportCheck(args, io)],
  ['precompile', async (args, io) => (await import('./commands/precompile/command.ts')).runPrecompile(args, io)],
  ['attach', async (args, io) => (await import('./commands/attach/attach.ts')).runAttach(args, io)],
  ['doctor', async (args, io) => (await import('./commands/doctor.ts')).runDoctor(args, io)],
  ['init', async (args, io) => (await import('./commands/init.ts')).runInit(args, io)],
  ['add', async (args, io) => (await import('./commands/add/add.ts')).runAdd(args, io)],
  ['build', async (args, io) => (await import('./commands/build.ts')).runBuild(args, io)],
])

/**
 * Runs the command line and returns its exit code. Prints an error as a message. Adds the stack trace only if the error is a bug of
 * Lifeguard.
 *
 * @param args The arguments after `lifeguard`.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const [name = '', ...rest] = args
  try {
    if (name === '--version' || name === '-v') return await print(io, [(await readOwnManifest()).version])
    if (name === '--help' || name === '-h' || name === 'help') return await print(io, HELP)
    const command = COMMANDS.get(name)
    if (command !== undefined) return await command(rest, io)
    if (args.length > 0) throw new UsageError(describeUnknownCommand('', name, [...COMMANDS.keys()]))
    io.err(HELP)
    return EXIT.usage
  } catch (error) {
    if (io.signal.aborted) return EXIT.usage
    io.err(formatError(error))
    return EXIT.usage
  }
}

async function print(io: Io, lines: readonly string[]): Promise<number> {
  await io.out(lines)
  return EXIT.fine
}
