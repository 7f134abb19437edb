import { isAbsolute, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { defaultSettings, isSetting, NOWHERE } from '../lib/environment.ts'
import { isKnown, parseReference, toSymbolic } from '../project/symbolic.ts'
import type { Resource, Template } from '../project/template.ts'
import { createMasker } from './mask.ts'

/** The environment variables with which doctor loads a function, and functions that analyze and mask the errors of the start. */
export interface FunctionEnvironment {
  readonly variables: Readonly<Record<string, string>>
  /** Returns true if the template causes the startup error; false if a placeholder that doctor inserted may cause the error. */
  readonly isOfTemplate: (error: string) => boolean
  /** True if the template shows all of the environment. False if a layer, a wrapper script or an intrinsic function may add to it. */
  readonly isWhole: boolean
  /** True if this process runs the same major version of Node as the function. */
  readonly hasSameNode: boolean
  /** Returns the variable that names a list of domains, if the error says that the list is missing. `folder` is the handler's folder. */
  readonly missingList: (error: string, folder: string) => string | undefined
  /** Replaces the values that the template sets by `...`, because reports are uploaded to code hosts. */
  readonly withoutValues: (text: string) => string
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const NAME = /^[a-zA-Z]\w+$/
// These variables are not passed to a handler, because they would change how its child processes start. NODE_ENV does not.
const STARTS_PROCESSES =
  /^(?:NODE_(?!ENV$)|LD_|DYLD_|OPENSSL_|GCONV_|BASH_|npm_|GIT_|PYTHON|PERL|RUBY|JAVA_|JDK_|(?:PATH|ENV|IFS|SHELL|PATHEXT|COMSPEC)$)/i
// These variables are not passed to a handler, because they could send its AWS calls to a real host instead of a closed port.
const ENDPOINT = /^AWS_ENDPOINT_URL/

// With this variable, a script of a layer starts the function, and may set more variables.
const WRAPPER = 'AWS_LAMBDA_EXEC_WRAPPER'
// The message of `readSettings` for a required setting that is not set.
const MISSING = /^\s*(\w+) is missing; expected /gm

/**
 * Builds the environment variables for loading a function. Replaces a value that is known only at deployment by a
 * placeholder that handlers accept. If the rules depend on that value, doctor checks the rules for the placeholder.
 */
export function buildEnvironment({ properties }: Resource, { resources }: Template): FunctionEnvironment {
  const declared = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  const defaults = defaultSettings()
  const isUnresolved = [properties.Environment, declared].some((value) => isObject(value) && Object.keys(value).some(isIntrinsic))
  const own = Object.entries(isObject(declared) ? declared : {}).map(([name, value]) => {
    const text = toSymbolic(value) ?? ''
    if (isKnown(text)) return { name, value: text, certain: true, literal: true }
    const reference = parseReference(text)
    // Handlers accept any table name, so a placeholder for a table cannot cause an error.
    const isTable = reference?.attribute === undefined && resources.get(reference?.id ?? '')?.type === 'AWS::DynamoDB::Table'
    return { name, value: defaults[name] ?? reference?.id ?? 'known-at-deployment', certain: isTable, literal: false }
  })
  const guessed = own.filter(({ certain }) => !certain)
  const passed = own.filter(({ name }) => NAME.test(name) && !STARTS_PROCESSES.test(name) && !ENDPOINT.test(name))
  return {
    variables: { ...Object.fromEntries(passed.map(({ name, value }) => [name, value])), ...NOWHERE },
    isWhole: !isUnresolved && properties.Layers === undefined && !own.some(({ name }) => name === WRAPPER),
    hasSameNode: toSymbolic(properties.Runtime) === `nodejs${process.versions.node.split('.')[0]}.x`,
    isOfTemplate(error) {
      if (isUnresolved) return false
      if (guessed.length === 0) return true
      const message = error.toLowerCase()
      const isMentioned = (text: string): boolean => message.includes(text.toLowerCase())
      if (guessed.some(({ name, value }) => isMentioned(name) || (value !== defaults[name] && isMentioned(value)))) return false
      if ([...error.matchAll(MISSING)].some(([, missing]) => isSetting(missing ?? '') && !own.some(({ name }) => name === missing)))
        return true
      // If the message names no variable, the cause is unknown. Many error messages name neither a variable nor a value.
      return own.some(({ name }) => error.includes(name))
    },
    missingList(error, folder) {
      const missing = own.find(({ value, literal }) => {
        const [, list] = /^\s*@file:(.*\S)/.exec(value) ?? []
        // Skips a list with an absolute path: the list is in a Lambda layer, so it is always missing on this machine.
        return literal && list !== undefined && !isAbsolute(list) && error.includes(`: ${resolve(folder, list)}: ENOENT`)
      })
      return missing?.name
    },
    withoutValues: createMasker(
      own.flatMap(({ value, literal }) => (literal ? value : [])),
      own.map(({ name }) => name),
    ),
  }
}

function isIntrinsic(key: string): boolean {
  return key.startsWith('Fn::') || key === 'Ref'
}
