// Starts the built handler of each function with the function's settings, and reads its declarations: its trigger, whether it can deny,
// and the permissions that its rules need. So the roles and alarms match the parameters of this deployment.
const { fork } = require('node:child_process')
const { existsSync } = require('node:fs')
const { writeFile } = require('node:fs/promises')
const { dirname, join, resolve } = require('node:path')

const SERVICE = resolve(__dirname, '..')
const CHILD = join(__dirname, 'describe-handler.mjs')

// Lambda ends the init phase after ten seconds, so a slower handler fails here too.
const START_LIMIT_MS = 10_000

// With these variables, a handler that calls AWS while it loads cannot reach an account.
const NOWHERE = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
}

// Replaces a value that is known only in AWS, unless custom.placeholders has a value for it.
const PLACEHOLDER = 'known-at-deployment'

/**
 * Returns the declarations of the functions' handlers, in the order of `functions`. Also writes them to permissions.json beside each
 * handler, for review.
 *
 * @param functions `{ name, handler, environment }`; the environment includes the provider's.
 * @param placeholders By name of a setting: the value for packaging if the real value is known only in AWS.
 * @throws Error with the messages of all handlers that do not start.
 */
exports.describeHandlers = async (functions, placeholders) => {
  const files = functions.map(({ handler }) => findFile(handler))
  // `osls info` and `osls remove` need no build. If packaging finds no build, the framework reports its own error.
  if (files.every((file) => file === undefined)) return functions.map(() => ({ permissions: [] }))

  const results = await Promise.allSettled(functions.map((each, index) => describe(each, files[index], placeholders)))
  const failures = results.flatMap(({ reason }) => (reason === undefined ? [] : [reason.message]))
  if (failures.length > 0) throw userError(failures.join('\n'))
  return results.map(({ value }) => value)
}

/** Returns an error whose stack is its message alone, because the framework prints the stack. */
exports.userError = userError
function userError(message) {
  return Object.assign(new Error(message), { stack: `\n${message}` })
}

function findFile(handler) {
  const path = join(SERVICE, handler.replace(/\.[^./]+$/, ''))
  return ['.js', '.mjs', '.cjs'].map((ending) => path + ending).find((file) => existsSync(file))
}

async function describe({ name, handler, environment }, file, placeholders) {
  if (file === undefined) throw new Error(`${handler} of ${name} is not built: run npm run build`)
  const settings = {}
  const replaced = []
  for (const [setting, value] of Object.entries(environment)) {
    if (isOnlyInAws(value)) replaced.push(setting)
    settings[setting] = isOnlyInAws(value) ? (placeholders[setting] ?? PLACEHOLDER) : value
  }
  const { problem, ...declared } = await start(file, handler.split('.').at(-1), { ...settings, ...NOWHERE })
  if (problem !== undefined) {
    const named = replaced.filter((setting) => problem.includes(setting))
    const hints = (named.length > 0 ? named : replaced).map(
      (setting) => `\n  The value of ${setting} is known only in AWS. Set a value for packaging in custom.placeholders`,
    )
    throw new Error(`The handler of ${name} does not start: ${problem}${hints.join('')}`)
  }
  await writeFile(join(dirname(file), 'permissions.json'), `${JSON.stringify(declared, null, 2)}\n`)
  return declared
}

/** Returns true if the value is known only in AWS: CloudFormation resolves it, or it is a path in a Lambda layer. */
function isOnlyInAws(value) {
  return typeof value === 'object' || /\{\{resolve:|\/opt\//.test(value)
}

/**
 * Loads a handler in a child process whose environment has only the handler's settings. Returns the declarations, or `{ problem }`:
 * the error, after the text on standard error, where a handler that masks its error for users writes the cause.
 */
function start(file, exported, env) {
  return new Promise((settle, fail) => {
    const child = fork(CHILD, [file, exported], {
      env: { ...env, NODE_NO_WARNINGS: '1' },
      execArgv: [],
      silent: true,
      timeout: START_LIMIT_MS,
      killSignal: 'SIGKILL',
    })
    let answer
    let stderr = ''
    child.on('message', (message) => {
      answer = message
    })
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', fail)
    child.on('close', (_, signal) => {
      const ended =
        signal === null
          ? 'the process exited before the handler was loaded'
          : `the handler did not load within ${START_LIMIT_MS / 1000} seconds, the limit of Lambda's init phase`
      if (answer !== undefined && answer.problem === undefined) settle(answer)
      else settle({ problem: [stderr.trim(), answer === undefined ? ended : answer.problem].filter(Boolean).join('\n') })
    })
  })
}
