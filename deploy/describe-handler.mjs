// Runs in a child process of deploy/handlers.cjs. Loads a built handler and sends its declarations to the parent.
import { pathToFileURL } from 'node:url'

const [file, exported] = process.argv.slice(2)

const listRules = (rule) => (rule === undefined ? [] : [rule, ...(rule.children ?? []).flatMap(listRules)])

async function declarations() {
  const { [exported]: handler } = await import(pathToFileURL(file))
  if (typeof handler !== 'function') throw new Error(`${file} exports no function '${exported}'`)
  const rules = listRules(handler.composition)
  const sweeps = handler.sweepsEffectsOf !== undefined
  const listEffects = (composition) => listRules(composition).flatMap(({ kind, effect }) => (kind === 'once' ? [effect] : []))
  return {
    trigger: handler.trigger,
    refuses: handler.refuses === true,
    sweeps,
    // The effects of this trigger or, for the sweeper, those of each trigger.
    effects: sweeps
      ? Object.entries(handler.sweepsEffectsOf).flatMap(([trigger, composition]) =>
          listEffects(composition).map((effect) => ({ trigger, effect })),
        )
      : listEffects(handler.composition).map((effect) => ({ trigger: handler.trigger, effect })),
    // Such a handler logs a line with EffectsLost when it cannot write to the ledger.
    runsEffects: sweeps || rules.some(({ kind }) => kind === 'once'),
    // An error of such a rule lets users pass, and Lambda does not count it as an error.
    failsOpen: rules.some(({ kind }) => kind === 'failOpen'),
    // The rules that need a later event version than V1_0.
    versions: rules.flatMap(({ name, lambdaVersion }) => (lambdaVersion === undefined ? [] : [{ rule: name, version: lambdaVersion }])),
    permissions: [
      ...(handler.permissions ?? []),
      ...rules.flatMap(({ name, permissions = [] }) => permissions.map((permission) => ({ rule: name, ...permission }))),
    ],
  }
}

// An error with the code `trigger-failed` has a fixed text for users. The cause is on standard error.
const failure = (error) => ({ problem: error?.code === 'trigger-failed' ? '' : `${error?.message ?? error}` })

declarations()
  .catch(failure)
  .then((answer) => process.send(answer, () => process.exit()))
