import { isAbsolute, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { defaultSettings, NOWHERE } from '../lib/environment.ts'
import { createMasker } from './mask.ts'
import { isKnown, parseReference, toSymbolic } from './symbolic.ts'
import type { Resource, Template } from './template.ts'

/** The environment in which a function is loaded. */
export interface FunctionEnvironment {
  readonly variables: Readonly<Record<string, string>>
  /** Whether what a handler complains of as it starts is what the template sets, rather than what was filled in for it. */
  readonly isOfTemplate: (complaint: string) => boolean
  /** Returns the variable that names a list of domains which is missing in this folder of the function's package, if the complaint is that. */
  readonly missingList: (complaint: string, folder: string) => string | undefined
  /** A text without the values that the template sets: reports are shown, and sent to code hosts. */
  readonly withoutValues: (text: string) => string
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const NAME = /^[a-zA-Z]\w+$/
// A handler may start processes as it is loaded. These decide what runs in them, and NODE_ENV does not.
const STARTS_PROCESSES =
  /^(?:NODE_(?!ENV$)|LD_|DYLD_|OPENSSL_|GCONV_|BASH_|npm_|GIT_|PYTHON|PERL|RUBY|JAVA_|JDK_|(?:PATH|ENV|IFS|SHELL|PATHEXT|COMSPEC)$)/i
// Another endpoint would lead to AWS, or anywhere.
const ENDPOINT = /^AWS_ENDPOINT_URL/

// CloudFormation looks these up.
const DYNAMIC = '{{resolve:'

/**
 * The function's environment. What the deployment decides is filled in with a value that a handler can start with: the
 * composition may depend on it, and then this one is judged.
 */
export function buildEnvironment({ properties }: Resource, { resources }: Template): FunctionEnvironment {
  const declared = isObject(properties.Environment) ? properties.Environment.Variables : undefined
  const defaults = defaultSettings()
  const own = Object.entries(isObject(declared) ? declared : {}).map(([name, value]) => {
    const text = toSymbolic(value) ?? ''
    if (isKnown(text) && !text.includes(DYNAMIC)) return { name, value: text, certain: true, literal: true }
    const reference = parseReference(text)
    // A table's name is as good as another.
    const isTable = reference?.attribute === undefined && resources.get(reference?.id ?? '')?.type === 'AWS::DynamoDB::Table'
    return { name, value: defaults[name] ?? reference?.id ?? 'known-at-deployment', certain: isTable, literal: false }
  })
  const guessed = own.filter(({ certain }) => !certain)
  const passed = own.filter(({ name }) => NAME.test(name) && !STARTS_PROCESSES.test(name) && !ENDPOINT.test(name))
  return {
    variables: { ...Object.fromEntries(passed.map(({ name, value }) => [name, value])), ...NOWHERE },
    isOfTemplate(complaint) {
      if (guessed.length === 0) return true
      const said = complaint.toLowerCase()
      const isAbout = (text: string): boolean => said.includes(text.toLowerCase())
      if (guessed.some(({ name, value }) => isAbout(name) || (value !== defaults[name] && isAbout(value)))) return false
      // Many a complaint names neither a variable nor a value.
      return own.some(({ name }) => complaint.includes(name))
    },
    missingList(complaint, folder) {
      const missing = own.find(({ value, literal }) => {
        const [, list] = /^\s*@file:(.*\S)/.exec(value) ?? []
        // A list with an absolute path lies in a layer, which is not on this machine.
        return literal && list !== undefined && !isAbsolute(list) && complaint.includes(`: ${resolve(folder, list)}: ENOENT`)
      })
      return missing?.name
    },
    withoutValues: createMasker(
      own.flatMap(({ value, literal }) => (literal ? value : [])),
      own.map(({ name }) => name),
    ),
  }
}
