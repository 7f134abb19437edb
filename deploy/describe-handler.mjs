// Runs in a process of its own: loads a built handler, and sends what it declares to deploy/handlers.cjs.
import { pathToFileURL } from 'node:url'

const [file, exported] = process.argv.slice(2)

const listRules = (rule) => (rule === undefined ? [] : [rule, ...(rule.children ?? []).flatMap(listRules)])

async function declarations() {
  const { [exported]: handler } = await import(pathToFileURL(file))
  if (typeof handler !== 'function') throw new Error(`${file} exports no function '${exported}'`)
  const rules = listRules(handler.composition)
  const sweeps = handler.sweepsEffectsOf !== undefined
  return {
    trigger: handler.trigger,
    refuses: handler.refuses === true,
    sweeps,
    // Logs a line with EffectsLost when the ledger cannot be written.
    runsEffects: sweeps || rules.some(({ kind }) => kind === 'once'),
    // Users pass where such a rule has an error, which Lambda does not count as one.
    failsOpen: rules.some(({ kind }) => kind === 'failOpen'),
    permissions: [
      ...(handler.permissions ?? []),
      ...rules.flatMap(({ name, permissions = [] }) => permissions.map((permission) => ({ rule: name, ...permission }))),
    ],
  }
}

// `trigger-failed` masks an error for users. The reason is on standard error.
const failure = (error) => ({ problem: error?.code === 'trigger-failed' ? '' : `${error?.message ?? error}` })

declarations()
  .catch(failure)
  .then((answer) => process.send(answer, () => process.exit()))
