import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { MissingPeer } from '../local/missing-peer.ts'
import { bundleHandler } from '../replay/build.ts'
import type { Reply } from '../replay/child-messages.ts'
import { DEFAULT_SETTINGS, NOWHERE } from '../replay/environment.ts'
import { isRecord } from '../replay/handler-log.ts'
import { TRIGGER_NAMES } from '../replay/trigger-of.ts'
import { UsageError } from '../replay/usage-error.ts'
import { startWorker } from '../replay/worker.ts'
import { type Found, findCode, inlineCode, isNode } from './find-code.ts'
import { type Code, isSweeper } from './loaded.ts'
import { isKnown, referenceIn, symbolic } from './symbolic.ts'
import { ofType, type Resource, type Template } from './template.ts'
import { attachedIn } from './triggers.ts'

/** How code is looked for. */
export interface LoadOptions {
  /** Of the project. */
  readonly folder: string
  /** Whether handlers are loaded, which runs what stands outside their functions. */
  readonly load: boolean
}

// Lambda ends the init phase after ten seconds.
const INIT_LIMIT_MS = 10_000
// What a bundle of Lifeguard or the source of one has in it, in the words of Cognito or in camel case.
const NAMES_A_TRIGGER = new RegExp(`\\b(?:${TRIGGER_NAMES.join('|')})\\b|cognito-lifeguard`, 'i')
const OTHER = { rule: undefined, trigger: undefined, takesCallback: undefined } as const

/** Reads the code of all functions that pools call, and of others that look as if a pool should. */
export async function loadCode(template: Template, options: LoadOptions): Promise<ReadonlyMap<string, Code>> {
  const attached = new Set(attachedIn(template).map(({ target }) => target?.id))
  const codes = await Promise.all(
    ofType(template, 'AWS::Lambda::Function').map(async (lambda): Promise<readonly [string, Code | undefined]> => {
      return [lambda.id, await codeOf(lambda, attached.has(lambda.id), options)]
    }),
  )
  return new Map(codes.filter((entry): entry is [string, Code] => entry[1] !== undefined))
}

async function codeOf(lambda: Resource, isAttached: boolean, { folder, load }: LoadOptions): Promise<Code | undefined> {
  if (!isNode(lambda)) return isAttached ? { ...OTHER, text: undefined, problem: 'it does not run on Node, as far as is known' } : undefined
  const inline = inlineCode(lambda)
  if (inline !== undefined)
    return { ...OTHER, takesCallback: threeParameters(inline), text: inline, problem: 'its code stands in the template' }
  const found = await findCode(folder, lambda)
  if (found === undefined) return isAttached ? { ...OTHER, text: undefined, problem: 'its code was not found' } : undefined
  const text = await readFile(found.file, 'utf8')
  if (!isAttached && isSweeper(text)) return { ...OTHER, text, problem: 'it has no rules' }
  if (!isAttached && !NAMES_A_TRIGGER.test(text)) return undefined
  if (!load) return { ...OTHER, takesCallback: threeParameters(text), text, problem: 'it was not to be loaded' }
  const reply = await loaded(found, environmentOf(lambda))
  if (typeof reply === 'string') return { ...OTHER, takesCallback: threeParameters(text), text, problem: reply }
  const { rule, trigger, takesCallback } = reply
  return { rule, trigger, takesCallback, text, problem: rule === undefined ? 'it was not made with Lifeguard' : undefined }
}

type Ready = Extract<Reply, { readonly kind: 'ready' }>

async function loaded({ file, exported }: Found, environment: Record<string, string>): Promise<Ready | string> {
  if (!/\.[cm]?ts$/.test(file)) return inWorker({ file, exported }, environment)
  try {
    const bundle = await bundleHandler(file)
    try {
      return await inWorker({ file: bundle.file, exported }, environment)
    } finally {
      await bundle.remove()
    }
  } catch (error) {
    if (error instanceof UsageError || error instanceof MissingPeer) return firstLine(error.message)
    throw error
  }
}

async function inWorker(found: Found, environment: Record<string, string>): Promise<Ready | string> {
  const worker = startWorker({ environment, onOutput: () => undefined })
  const over = new AbortController()
  try {
    const late = sleep(INIT_LIMIT_MS, undefined, { signal: over.signal }).catch(() => undefined)
    const reply = await Promise.race([worker.ask({ kind: 'load', ...found }), late])
    if (reply === undefined) return 'it was not loaded after ten seconds, when Lambda gives up'
    if (reply.kind === 'ready') return reply
    return reply.kind === 'broken' ? `it does not start: ${firstLine(reply.error.message)}` : 'its process ended as it was loaded'
  } finally {
    over.abort()
    await worker.kill()
  }
}

/**
 * The function's environment. What the deployment decides is filled in with a value that a handler can start with: the
 * composition may depend on it, and then this one is judged.
 */
function environmentOf({ properties }: Resource): Record<string, string> {
  const declared = isRecord(properties.Environment) ? properties.Environment.Variables : undefined
  const own = Object.entries(isRecord(declared) ? declared : {}).map(([name, value]): [string, string] => {
    const text = symbolic(value) ?? ''
    if (isKnown(text)) return [name, text]
    const settings: Readonly<Record<string, string>> = DEFAULT_SETTINGS
    return [name, settings[name] ?? referenceIn(text)?.id ?? 'known-at-deployment']
  })
  return { ...Object.fromEntries(own), ...NOWHERE }
}

/** Judged by the text where the handler is not loaded; undefined where it does not tell. */
function threeParameters(text: string): boolean | undefined {
  const declared = /\bhandler\s*=\s*(?:async\s*)?(?:function\s*\w*\s*)?\(([^()]*)\)|\bfunction\s+handler\s*\(([^()]*)\)/.exec(text)
  const parameters = declared?.[1] ?? declared?.[2]
  return parameters === undefined ? undefined : parameters.split(',').filter((each) => each.trim() !== '').length > 2
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
