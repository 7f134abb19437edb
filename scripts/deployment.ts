// Runs osls, with the options that it gets: `package` writes what would be deployed, to .serverless/, and `deploy` deploys that.
// In between it checks the settings as the functions will: one whose settings are wrong does not start, and so refuses everybody.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { packagingArguments, unfitLines } from './deployment/arguments.ts'
import { checkSettings } from './deployment/check-settings.ts'
import { readPackaged } from './deployment/packaged.ts'
import { parametersOf } from './deployment/parameters.ts'
import { problemLines, strangerLines, uncheckedLines } from './deployment/report.ts'

const [command = '', ...args] = process.argv.slice(2)
const service = process.cwd()
const { values } = parseArgs({
  args,
  // All other options are the framework's to judge.
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

function osls(...given: readonly string[]): void {
  const program = fileURLToPath(import.meta.resolve('osls/bin/serverless.js'))
  const { status, error } = spawnSync(process.execPath, [program, ...given], { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (status !== 0) process.exit(status ?? 1)
}

function refuse(title: string, lines: readonly string[]): void {
  if (lines.length === 0) return
  console.error([title, ...lines.map((line) => `  ${line}`)].join('\n'))
  process.exit(2)
}

async function packageAndCheck(): Promise<void> {
  refuse('Nothing was packaged:', unfitLines(command, args))
  const parameters = await parametersOf(service, String(values.config))
  const given = (values.param ?? []).flatMap((param) => /^[^=]+(?==.)/.exec(String(param)) ?? [])
  refuse('Nothing was packaged:', parameters === undefined ? [] : strangerLines(given, parameters))
  osls('package', ...packagingArguments(args))
  const functions = (await readPackaged(resolve(folder))).map((each) => ({ name: each.name, ...checkSettings(each, service) }))
  for (const line of uncheckedLines(functions)) console.error(`Not checked: ${line}`)
  refuse('The settings are wrong. Nothing was deployed:', problemLines(functions, parameters))
  console.log('Settings checked.')
}

const asks = values.help === true || values.version === true
if (!asks) await packageAndCheck()
if (asks) osls(command, ...args)
else if (command === 'deploy') osls('deploy', ...args, ...(values.package === undefined ? ['--package', folder] : []))
