// Starts the built handler of each function with the function's settings, and reads what it declares: its trigger, whether it
// can deny, and the permissions that its rules need. So the template is exact for the parameters of this deployment.
const { fork } = require('node:child_process')
const { existsSync } = require('node:fs')
const { writeFile } = require('node:fs/promises')
const { dirname, join, resolve } = require('node:path')

const SERVICE = resolve(__dirname, '..')
const CHILD = join(__dirname, 'describe-handler.mjs')

// Lambda ends the init phase after ten seconds.
const START_LIMIT_MS = 10_000

// Whatever a handler calls while it loads, it reaches no account.
const NOWHERE = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
}

// Stands for a value that only AWS has, where custom.placeholders has no better one.
const PLACEHOLDER = 'known-at-deployment'

/**
 * Returns what the handlers of functions declare, in their order. Writes the same to permissions.json beside each handler, for
 * review.
 *
 * @param functions `{ name, handler, environment }`, with the provider's environment in it.
 * @param placeholders By setting: values for packaging, where only AWS has the real ones.
 * @throws Error with the messages of all handlers that do not start.
 */
exports.describeHandlers = async (functions, placeholders) => {
  const files = functions.map(({ handler }) => findFile(handler))
  // `osls info` and `osls remove` need no build. Packaging ends with the framework's own error then.
  if (files.every((file) => file === undefined)) return functions.map(() => ({ permissions: [] }))

  const results = await Promise.allSettled(functions.map((each, index) => describe(each, files[index], placeholders)))
  const failures = results.flatMap(({ reason }) => (reason === undefined ? [] : [reason.message]))
  if (failures.length > 0) throw userError(failures.join('\n'))
  return results.map(({ value }) => value)
}

/** An error for the user. The framework prints an error's stack, which would hide the message. */
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
      (setting) => `\n  Only AWS has the value of ${setting}: write one for packaging into custom.placeholders`,
    )
    throw new Error(`The handler of ${name} does not start: ${problem}${hints.join('')}`)
  }
  await writeFile(join(dirname(file), 'permissions.json'), `${JSON.stringify(declared, null, 2)}\n`)
  return declared
}

/** Whether only AWS has the value: CloudFormation looks it up, or it is the path of a file in a Lambda layer. */
function isOnlyInAws(value) {
  return typeof value === 'object' || /\{\{resolve:|\/opt\//.test(value)
}

/**
 * Loads a handler in a process that has its settings and nothing else. Returns its declarations, or `{ problem }`: what it threw, and
 * what it wrote to standard error, where a handler that masks its error for users writes the reason.
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
    let complaint = ''
    child.on('message', (message) => {
      answer = message
    })
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint += text
    })
    child.on('error', fail)
    child.on('close', (_, signal) => {
      const ended =
        signal === null
          ? 'its process ended before it was loaded'
          : `it was not loaded after ${START_LIMIT_MS / 1000} seconds, when Lambda gives up`
      if (answer !== undefined && answer.problem === undefined) settle(answer)
      else settle({ problem: [complaint.trim(), answer === undefined ? ended : answer.problem].filter(Boolean).join('\n') })
    })
  })
}
