// Runs `osls package` or `osls deploy` with the given options. Either way, this script first writes the package to .serverless/ and checks
// it with `lifeguard doctor`, because a function with invalid settings does not start, so every sign-in fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { packagingArguments, unfitLines } from './deployment/arguments.ts'
import { readParameters, unknownParameterLines } from './deployment/parameters.ts'

const [command = '', ...args] = process.argv.slice(2)
const { values } = parseArgs({
  args,
  // Parse only the options that this script uses. osls checks all other options.
  strict: false,
  options: {
    config: { type: 'string', short: 'c', default: 'serverless.yml' },
    package: { type: 'string', short: 'p' },
    param: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  },
})
const folder = typeof values.package === 'string' ? values.package : '.serverless'

/** Runs a Node program in the working directory. If the program fails, exits with the same exit code. */
function run(program: string, ...given: readonly string[]): void {
  const { status, error } = spawnSync(process.execPath, [program, ...given], { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

const osls = (...given: readonly string[]): void => run(fileURLToPath(import.meta.resolve('osls/bin/serverless.js')), ...given)
const doctor = (template: string): void => run(fileURLToPath(new URL('../src/tools/cli/main.ts', import.meta.url)), 'doctor', template)

function refuse(lines: readonly string[]): void {
  if (lines.length === 0) return
  console.error(['Nothing was packaged:', ...lines.map((line) => `  ${line}`)].join('\n'))
  process.exit(2)
}

async function packageAndCheck(): Promise<void> {
  refuse(unfitLines(command, args))
  const parameters = await readParameters(process.cwd(), String(values.config))
  const given = (values.param ?? []).flatMap((param) => /^[^=]+(?==.)/.exec(String(param)) ?? [])
  refuse(parameters === undefined ? [] : unknownParameterLines(given, parameters))
  osls('package', ...packagingArguments(args))
  doctor(join(folder, 'cloudformation-template-update-stack.json'))
}

const isQuestion = values.help === true || values.version === true
if (!isQuestion) await packageAndCheck()
if (isQuestion) osls(command, ...args)
else if (command === 'deploy') osls('deploy', ...args, ...(values.package === undefined ? ['--package', folder] : []))
