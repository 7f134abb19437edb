import { readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TRIGGER_NAMES, type TriggerName, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { normaliseDomain } from '../../../../shared/email/address.ts'
import { isObject } from '../../../../shared/rules/invocation.ts'
import { formatCdk } from '../../../add/cdk-snippet.ts'
import { applyAdditions, formatAdditions, listAdditions } from '../../../add/edits.ts'
import { type FunctionPlan, planFunctions } from '../../../add/plan.ts'
import { chooseTables } from '../../../add/resources.ts'
import { assertFree, chooseWiring, type Wiring } from '../../../add/target.ts'
import { SAMPLE_DOMAIN } from '../../../init/domain.ts'
import { writeFiles } from '../../../init/write.ts'
import { findBuildScript, readManifest } from '../../../lib/build.ts'
import { findClosestName } from '../../../lib/closest-name.ts'
import { UsageError } from '../../../lib/errors.ts'
import { parseTriggerName, triggersInFolder } from '../../../lib/find-trigger.ts'
import { replaceFiles } from '../../../lib/replace-files.ts'
import { isFile } from '../../../project/find-code.ts'
import { isRejectedEvent, openProject, type Project } from '../../../project/project.ts'
import { EXIT, type Io } from '../../io.ts'
import { parseOptions } from '../../options.ts'
import { wrapText } from '../../text.ts'
import { ADD_HELP } from './usage.ts'

const BUILD = 'lifeguard build'
// A project of `lifeguard init` has this file. It creates the roles, permissions and alarms of every function.
const OWN_DEPLOYMENT = join('deploy', 'triggers.cjs')

type Manifest = Readonly<Record<string, unknown>>

/** Runs `lifeguard add` and returns its exit code. */
export async function runAdd(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parseOptions('add', {
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      write: { type: 'boolean', default: false },
      pool: { type: 'string' },
      domain: { type: 'string', default: SAMPLE_DOMAIN },
      config: { type: 'string' },
    },
  })
  if (values.help) {
    await io.out(ADD_HELP)
    return EXIT.fine
  }
  if (positionals.length === 0)
    throw new UsageError('Missing trigger. Expected: lifeguard add TRIGGER..., such as lifeguard add pre-signup')
  const domain = normaliseDomain(values.domain)
  if (domain === undefined) throw new UsageError(`--domain ${values.domain}: expected a domain such as example.com`)
  const triggers = [...new Set(positionals.flatMap(parseTriggers))]
  const { folder, environment, signal } = io
  const project = await openProject(values.config, { working: folder, environment, signal, onNote: (note) => io.err([note]) })
  if (project === undefined) {
    throw new UsageError(
      'No configuration in this folder, such as serverless.yml or template.yaml. To create a project: lifeguard init DIR',
    )
  }
  for (const part of project.unresolved) io.err([`${project.file}: not resolved, so it is not checked: ${part}`])
  const wiring = chooseWiring(project, values.pool)
  const plans = await planFunctions(triggers, domain)
  assertFree(project, plans, wiring)
  const tables = chooseTables(project, plans)
  // Read before anything is written, because an invalid package.json ends the command.
  const manifest = await readManifest(project.folder)
  const written = await writeHandlers(project, plans, io)
  const willBuild = findBuildScript(manifest)?.includes(BUILD) ?? false
  if (project.kind === 'cdk') {
    await io.out([...written, '', 'Add to your stack:', '', ...formatCdk(plans, tables).split('\n')])
    await io.out(describeNext(project, plans, manifest, willBuild))
    return EXIT.fine
  }
  const isOwn = await isFile(join(project.folder, OWN_DEPLOYMENT))
  const additions = isOwn
    ? [{ path: ['functions'], value: Object.fromEntries(plans.map(({ name, block }) => [name, block])) }]
    : listAdditions(project, plans, tables, wiring)
  const isYaml = /\.ya?ml$/.test(project.file)
  if (values.write && isYaml) await io.out([...written, ...(await editConfiguration(project, additions))])
  else {
    const why = values.write ? [`${project.file} is not YAML, so it is not edited.`] : []
    await io.out([...written, '', ...why, `Add to ${project.file}:`, '', ...formatAdditions(additions).trimEnd().split('\n')])
  }
  // The build of a project of init bundles every handler.
  const writesScript = values.write && manifest !== undefined && !willBuild && !isOwn
  if (writesScript) await io.out(await addBuildScript(project.folder, manifest))
  await io.out(describeNext(project, plans, manifest, willBuild || writesScript || isOwn, wiring))
  return EXIT.fine
}

/** Returns the trigger with a name, or all triggers of a folder. */
function parseTriggers(word: string): readonly TriggerName[] {
  const trigger = parseTriggerName(word)
  const triggers = trigger === undefined ? triggersInFolder(word) : [trigger]
  if (triggers.length > 0) return triggers
  const folders = [...new Set(TRIGGER_NAMES.map((name) => triggerFacts(name).folder))]
  const closest = findClosestName(word, folders)
  const next = closest === undefined ? `Expected one of ${folders.join(', ')}` : `Did you mean '${closest}'?`
  throw new UsageError(`Unknown trigger '${word}'. ${next}`)
}

/** Writes the handlers and their settings. Keeps a file that exists. */
async function writeHandlers({ folder }: Project, plans: readonly FunctionPlan[], io: Io): Promise<readonly string[]> {
  const all = new Map(plans.flatMap(({ files }) => [...files]))
  const present: string[] = []
  for (const path of all.keys()) {
    const text = await readFile(join(folder, path), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    present.push(path)
    all.delete(path)
  }
  const { files, delivery } = await writeFiles(folder, all, io.signal)
  if (delivery !== undefined)
    throw new UsageError(`The handlers are incomplete: ${delivery}. Written so far: ${files.join(', ') || 'nothing'}`)
  return [...files.map((path) => `wrote ${path}`), ...present.map((path) => `kept ${path}, which exists`)]
}

async function editConfiguration({ folder, file }: Project, additions: Parameters<typeof applyAdditions>[1]): Promise<readonly string[]> {
  const edited = await applyAdditions(basename(file), additions, (path) => readFile(join(folder, path), 'utf8').catch(() => undefined))
  if ('unplaced' in edited) {
    const { path } = edited.unplaced
    throw new UsageError(
      `${file}: ${path.join('.')} is neither a map nor a list, so nothing was edited. Run the command without --write, and add the text by hand`,
    )
  }
  await replaceFiles(new Map([...edited.files].map(([path, text]) => [join(folder, path), text])))
  return [...edited.files.keys()].map((path) => `edited ${path}`)
}

/** Adds `lifeguard build` to the build script of package.json. */
async function addBuildScript(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const before = findBuildScript(manifest)
  const build = before === undefined ? BUILD : `${before} && ${BUILD}`
  const scripts = { ...(isObject(manifest.scripts) && manifest.scripts), build }
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const [, indent = '  '] = /^([ \t]+)"/m.exec(text) ?? []
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, scripts }, null, indent)}\n`)
  return [`edited package.json: the script build is now '${build}'`]
}

function describeNext(
  project: Project,
  plans: readonly FunctionPlan[],
  manifest: Manifest | undefined,
  hasScript: boolean,
  wiring?: Wiring,
): readonly string[] {
  const isCdk = project.kind === 'cdk'
  const declared = [manifest?.dependencies, manifest?.devDependencies].flatMap((each) => (isObject(each) ? Object.keys(each) : []))
  const missing = ['cognito-lifeguard', 'esbuild'].filter((name) => !declared.includes(name))
  const settings = new Set(plans.flatMap(({ environment }) => Object.entries(environment).map(([name, value]) => `${name} is ${value}`)))
  const secrets = new Set(plans.flatMap((plan) => plan.secrets))
  const place = isCdk ? 'your stack' : project.file
  return [
    '',
    'Next:',
    ...(missing.length > 0 ? [`  npm install ${missing.join(' ')}`] : []),
    `  ${hasScript ? 'npm run build' : `npx ${BUILD}`}    # bundles src/*/handler.ts into dist/`,
    ...(isCdk ? ['  npx cdk synth    # copies dist/ to cdk.out/'] : []),
    '  npx lifeguard doctor    # checks the deployment',
    ...(wiring?.kind === 'event' && wiring.existing
      ? plans
          .filter(({ trigger }) => isRejectedEvent(trigger))
          .map(
            ({ trigger }) =>
              `  npx lifeguard attach --pool ID --function ${trigger}=ARN    # after the deployment, because the framework cannot`,
          )
      : []),
    ...(settings.size > 0 ? wrapText(`Check the settings in ${place}: ${[...settings].join(', ')}.`, '  ') : []),
    ...(secrets.size > 0 ? wrapText(`Set the secret settings in ${place}: ${[...secrets].join(', ')}.`, '  ') : []),
  ]
}
