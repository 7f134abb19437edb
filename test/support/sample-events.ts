import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Block } from '../../src/shared/blocks/block-list.ts'
import { FOLDERS, type Folder } from './triggers.ts'

const ROOT = join(import.meta.dirname, '../../events')

const text = z.string()
const texts = z.record(z.string(), z.string().max(2048))
const withoutSub = texts.refine((attributes) => !('sub' in attributes), { error: 'a user who does not exist yet has no sub' })
const withSub = texts.refine((attributes) => z.uuid().safeParse(attributes.sub).success, { error: 'the sub is a UUID' })
const noFields = z.strictObject({})

const envelope = {
  version: z.literal('1'),
  triggerSource: text,
  region: z.literal('eu-west-1'),
  userPoolId: text.regex(/^eu-west-1_[A-Za-z0-9]{9}$/),
  userName: text.regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u),
  callerContext: z.strictObject({ awsSdkVersion: text.regex(/^aws-sdk-/), clientId: text.nullable() }),
}

/** The events as Cognito's documentation and payloads of real pools have them, with nothing else in them. */
export const SHAPES: Readonly<Record<Folder, z.ZodType>> = {
  'pre-signup': z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withoutSub, validationData: texts.nullish(), clientMetadata: texts.optional() }),
    response: z.strictObject({
      autoConfirmUser: z.literal(false),
      autoVerifyEmail: z.literal(false),
      autoVerifyPhone: z.literal(false),
    }),
  }),
  'post-confirmation': z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withSub, clientMetadata: texts.optional() }),
    response: noFields,
  }),
  'pre-auth': z.strictObject({
    ...envelope,
    request: z.strictObject({
      // Of a user who does not exist nothing is known.
      userAttributes: z.union([withSub, noFields]),
      validationData: texts.nullish(),
      userNotFound: z.boolean().optional(),
    }),
    response: noFields,
  }),
  'post-auth': z.strictObject({
    ...envelope,
    request: z.strictObject({ userAttributes: withSub, newDeviceUsed: z.boolean().optional(), clientMetadata: texts.optional() }),
    response: noFields,
  }),
}

interface Event {
  readonly triggerSource: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: { readonly clientId: string | null }
  readonly request: {
    readonly userAttributes: Readonly<Record<string, string>>
    readonly validationData?: unknown
    readonly userNotFound?: unknown
  }
}

const Event: z.ZodType<Event> = z.looseObject({
  ...envelope,
  request: z.looseObject({ userAttributes: texts, validationData: z.unknown().optional(), userNotFound: z.unknown().optional() }),
})

/** What an event comes to, by the default chains. */
type Expectation =
  | {
      readonly outcome: 'proceed'
      readonly decidedBy: string | null
      readonly reason: null
      readonly response: Readonly<Record<string, unknown>>
    }
  | { readonly outcome: 'denied' | 'failed'; readonly decidedBy: string; readonly reason: string }

const rule = text.regex(/^[a-z][a-z0-9-]*$/)
const Expectation: z.ZodType<Expectation> = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('proceed'), decidedBy: rule.nullable(), reason: z.null(), response: z.looseObject({}) }),
  z.strictObject({ outcome: z.enum(['denied', 'failed']), decidedBy: rule, reason: text }),
])

const Seed = z.strictObject({
  blocks: z.array(
    z.strictObject({
      userPoolId: text,
      type: z.enum(['sub', 'username', 'email', 'emailDomain']),
      value: text,
      reason: text,
      message: text.optional(),
      expiresAt: z.iso.datetime().optional(),
    }),
  ),
})

/** An event of the events folder with its expectation. */
export interface SampleEvent {
  readonly folder: Folder
  /** Without `.json`. */
  readonly name: string
  /** What the file holds, as it is. */
  readonly raw: unknown
  readonly event: Event
  readonly expected: Expectation
}

/** The names of the files in a folder of events. */
export function filesIn(folder: Folder): readonly string[] {
  return readdirSync(join(ROOT, folder)).sort()
}

/** All events, in the order of a user's life and by name. */
export function sampleEvents(): readonly SampleEvent[] {
  return FOLDERS.flatMap((folder) =>
    filesIn(folder)
      .filter((file) => !file.endsWith('.expect.json'))
      .map((file) => {
        const name = file.replace(/\.json$/, '')
        const raw = read(join(folder, file))
        return { folder, name, raw, event: Event.parse(raw), expected: Expectation.parse(read(join(folder, `${name}.expect.json`))) }
      }),
  )
}

/** Who is blocked. */
export function seededBlocks(): readonly Block[] {
  return Seed.parse(read('seed.json')).blocks.map(({ message, expiresAt, ...block }) => ({
    ...block,
    ...(message !== undefined && { message }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
  }))
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
}
