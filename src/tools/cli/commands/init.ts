import { basename, relative, resolve } from 'node:path'
import { findOrigin, type Origin } from '../../init/origin.ts'
import { createProjectFiles, type ProjectFiles } from '../../init/project.ts'
import { findConflictingFiles, writeFiles } from '../../init/write.ts'
import { UsageError } from '../../lib/errors.ts'
import { PACKAGE_FOLDER, readOwnManifest } from '../../lib/own-package.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'
import { formatError } from '../print-error.ts'
import { quote, wrapText } from '../text.ts'

// Lambda takes names of 64 characters. The longest here, NAME-existing-pool-STAGE-postAuthentication, then leaves ten for the stage.
const NAME = /^[a-z][a-z\d-]{1,19}$/

/** What lifeguard init --help says. */
const INIT_HELP = `lifeguard init DIR [--name NAME] [--package FILE]

Writes a project into DIR, for a user pool of its own or one that exists: handlers composed of
Lifeguard's rules, one for each trigger that Lifeguard has rules for, and a sweeper; sample events
with what must come of them, a test, a build, and what deploys all of it with the Serverless
Framework. There:

  npm ci                  installs the versions that this Lifeguard is tested with, Node 24 included
  npx lifeguard replay    builds the handlers and replays the events
  npm test                tests the rules
  npm run package         writes what would be deployed to .serverless/, offline

Nothing is installed and no network is used before that. Nothing is overwritten: where a file of the
project is there already, nothing is written at all. DIR is made unless it is there.

  --name NAME     what the package and the service are called: DIR's own name unless given; 2 to 20
                  lower-case letters, digits and hyphens, with a letter in front
  --package FILE  the packed cognito-lifeguard (.tgz) that the project depends on: the one that this
                  command was installed from unless given, or else the registry's

Exit code: 0 written; 2 bad usage, or something that is in the way or cannot be written.`

/** `lifeguard init`. */
export async function runInit(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('init', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, name: { type: 'string' }, package: { type: 'string' } },
  })
  if (values.help) {
    await io.out(INIT_HELP.split('\n'))
    return EXIT.fine
  }
  const [target = '', more] = positionals
  if (target === '') throw new UsageError('Say into which folder: lifeguard init DIR')
  if (more !== undefined) throw new UsageError(`init takes one folder; '${more}' is a second one`)

  const folder = resolve(io.folder, target)
  const name = chooseProjectName(values.name, folder)
  const own = await readOwnManifest()
  const tarball = values.package === undefined ? undefined : resolve(io.folder, values.package)
  const origin = await findOrigin({ ...own, folder: resolve(PACKAGE_FOLDER) }, folder, tarball)
  const files = await createProjectFiles(name, own, origin)
  await writeProject(target, folder, files, io)
  await io.out(formatSummary(target, relative(io.folder, folder), origin, files))
  return EXIT.fine
}

function chooseProjectName(given: string | undefined, folder: string): string {
  const name =
    given ??
    basename(folder)
      .toLowerCase()
      .replaceAll(/[\s._]+/g, '-')
  if (NAME.test(name)) return name
  const what =
    given === undefined
      ? `The folder's name '${basename(folder)}' makes no name for a service; give one`
      : `'${given}' is no name for a service; give one`
  throw new UsageError(`${what} with --name NAME: 2 to 20 lower-case letters, digits and hyphens, with a letter in front`)
}

async function writeProject(target: string, folder: string, files: ProjectFiles, io: Io): Promise<void> {
  const found = await findConflictingFiles(folder, files)
  if (found.includes('')) throw new UsageError(`${target}: not a folder, and nothing was written`)
  if (found.length > 0) throw new UsageError(`${target} has files of these names already, and nothing was written`, found.join('\n'))
  const written = await writeFiles(folder, files, io.signal)
  if (written.delivery === undefined) return
  const what = `${target}: the project is not whole, ${written.delivery}`
  const count = written.files.length
  const problem =
    count === 0
      ? new UsageError(`${what}; no file was written`)
      : new UsageError(`${what}; ${count} of ${files.size} files are there; remove them before another try`, written.files.join('\n'))
  // Of a command that was told to stop nothing else is said.
  if (io.signal.aborted) io.err(formatError(problem))
  throw problem
}

function formatSummary(target: string, from: string, { spec }: Origin, files: ProjectFiles): readonly string[] {
  const names = [...files.keys()]
  const shown = [...new Set(names.map((path) => path.replace(/\/.*/s, '/')))].map((each) => {
    const within = names.filter((path) => path.startsWith(each)).length
    return each.endsWith('/') ? `${each} (${within})` : each
  })
  const change = from === '' ? [] : [`  cd ${quote(from)}`]
  return [
    `${target}: ${names.length} files`,
    ...wrapText(shown.join(', '), '  '),
    `  with cognito-lifeguard ${spec.startsWith('file:') ? 'from' : 'of the registry,'} ${spec.replace(/^file:/, '')}`,
    '',
    'Next:',
    ...change,
    '  npm ci                  # installs what it needs, at the versions that are tested together',
    '  npx lifeguard replay    # builds the handlers and replays the events',
  ]
}
