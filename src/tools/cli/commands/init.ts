import { existsSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { normaliseDomain } from '../../../shared/email/address.ts'
import { findOrigin, type Origin } from '../../init/origin.ts'
import { createProjectFiles, type ProjectFiles } from '../../init/project.ts'
import { findConflictingFiles, writeFiles } from '../../init/write.ts'
import { UsageError } from '../../lib/errors.ts'
import { PACKAGE_FOLDER, readOwnManifest } from '../../lib/own-package.ts'
import { findConfiguration } from '../../project/project.ts'
import { formatHelp } from '../help.ts'
import { EXIT, type Io } from '../io.ts'
import { parseOptions } from '../options.ts'
import { formatError } from '../print-error.ts'
import { quote, wrapText } from '../text.ts'

// Limits NAME to 20 characters, because Lambda limits a function name to 64. The longest function name of a project is
// NAME-existing-pool-STAGE-postAuthentication, so STAGE may have ten characters.
const NAME = /^[a-z][a-z\d-]{1,19}$/

const INIT_HELP = formatHelp([
  'Create a project with handlers, sample events, a test, a build and a deployment.',
  { title: 'Usage', lines: ['lifeguard init DIR [--domain DOMAIN] [--name NAME] [--package FILE]'] },
  'The project has one handler for each trigger that Lifeguard has rules for, and a sweeper. It deploys with the Serverless Framework, to a new user pool or an existing one.',
  'The command installs nothing and does not use the network. It creates DIR if needed. It never overwrites a file: if one of its files exists, or a configuration such as template.yaml, it writes nothing.',
  {
    title: 'Next steps in DIR',
    entries: [
      ['npm ci', 'install the tested versions, including Node 24'],
      ['npx lifeguard replay', 'build the handlers and replay the events'],
      ['npm test', 'test the rules'],
      ['npm run package', 'write the deployment to .serverless/, offline'],
    ],
  },
  {
    title: 'Options',
    entries: [
      ['--domain DOMAIN', 'email domain that may sign up (default: example.com, where no real user has an address)'],
      [
        '--name NAME',
        'name of the package and the service (default: the name of DIR); 2 to 20 lower-case letters, digits and hyphens, beginning with a letter',
      ],
      [
        '--package FILE',
        'packed cognito-lifeguard (.tgz) that the project depends on (default: the file that Lifeguard was installed from, or else the npm registry)',
      ],
    ],
  },
  {
    title: 'Exit codes',
    entries: [
      ['0', 'the project was created'],
      ['2', 'the usage is invalid, a file exists, or a file cannot be written'],
    ],
  },
  { title: 'Example', lines: ['lifeguard init my-users --domain example.org'] },
])

/** Runs `lifeguard init` and returns its exit code. */
export async function runInit(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('init', {
    args: [...args],
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' }, domain: { type: 'string' }, name: { type: 'string' }, package: { type: 'string' } },
  })
  if (values.help) {
    await io.out(INIT_HELP)
    return EXIT.fine
  }
  const [target = '', more] = positionals
  if (target === '') throw new UsageError('Missing folder. Expected: lifeguard init DIR')
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}'. Expected one folder: lifeguard init DIR`)

  const folder = resolve(io.folder, target)
  const domain = values.domain === undefined ? undefined : parseDomain(values.domain)
  const name = chooseProjectName(values.name, folder)
  await assertNoConfiguration(target, folder)
  const own = await readOwnManifest()
  const tarball = values.package === undefined ? undefined : resolve(io.folder, values.package)
  const origin = await findOrigin({ ...own, folder: resolve(PACKAGE_FOLDER) }, folder, tarball)
  const files = await createProjectFiles(name, own, origin, domain)
  await writeProject(target, folder, files, io)
  await io.out(formatSummary(target, relative(io.folder, folder), origin, files))
  return EXIT.fine
}

async function assertNoConfiguration(target: string, folder: string): Promise<void> {
  // A CDK app that was never synthesised has only cdk.json.
  const found = (await findConfiguration(folder)) ?? (existsSync(join(folder, 'cdk.json')) ? 'cdk.json' : undefined)
  if (found !== undefined) throw new UsageError(`${target} already has ${found}. To add triggers to it: lifeguard add pre-signup`)
}

function parseDomain(given: string): string {
  const domain = normaliseDomain(given)
  if (domain !== undefined) return domain
  throw new UsageError(
    `--domain ${given}: expected one domain, such as example.org. To allow several or all domains, change allowedEmailDomains in serverless.yml afterwards`,
  )
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
      ? `The folder name '${basename(folder)}' is not a valid service name. Pass --name NAME with`
      : `--name ${given}: expected`
  throw new UsageError(`${what} 2 to 20 lower-case letters, digits and hyphens, beginning with a letter`)
}

async function writeProject(target: string, folder: string, files: ProjectFiles, io: Io): Promise<void> {
  const found = await findConflictingFiles(folder, files)
  if (found.includes('')) throw new UsageError(`${target}: not a folder. Nothing was written`)
  if (found.length > 0) throw new UsageError(`Nothing was written, because ${target} already contains these files`, found.join('\n'))
  const written = await writeFiles(folder, files, io.signal)
  if (written.delivery === undefined) return
  const what = `${target}: the project is incomplete: ${written.delivery}`
  const count = written.files.length
  const problem =
    count === 0
      ? new UsageError(`${what}. No file was written`)
      : new UsageError(`${what}. ${count} of ${files.size} files were written. Remove them before you try again`, written.files.join('\n'))
  // Prints the list of written files here, because run() prints no errors after a signal.
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
    `  with cognito-lifeguard ${spec.startsWith('file:') ? 'from' : 'from the npm registry,'} ${spec.replace(/^file:/, '')}`,
    '',
    'Next:',
    ...change,
    '  npm ci                  # installs the dependencies, in versions that are tested together',
    '  npx lifeguard replay    # builds the handlers and replays the events',
  ]
}
