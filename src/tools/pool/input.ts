import * as z from 'zod'
import { type CognitoError, invalidParameter } from './errors.ts'

/** An attribute list, as the API takes it, as a record. */
export const attributeList: z.ZodType<Record<string, string>> = z
  .array(z.object({ Name: z.string().min(1).max(32), Value: z.string().max(2048).optional() }))
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value ?? ''])))

/** The parameters of a sign-in. */
export const texts: z.ZodType<Record<string, string>> = z.record(z.string(), z.string()).default({})

/** Metadata that a caller sends to triggers. */
export const metadata: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> = z.record(z.string(), z.string()).optional()

/** A user name: 1 to 128 letters, marks, symbols, digits and punctuation. */
export const userName: z.ZodString = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u)

export const password: z.ZodString = z.string().min(1).max(256)
export const code: z.ZodString = z.string().min(1).max(2048)
export const accessToken: z.ZodString = z.string().min(1)

/** The input of an operation on a user by an administrator. */
export const adminTarget: z.ZodObject<{ UserPoolId: z.ZodString; Username: z.ZodString }> = z.object({
  UserPoolId: z.string(),
  Username: userName,
})

/** Converts a record of attributes to the list of the API. */
export function toAttributeList(attributes: Readonly<Record<string, string>>): readonly { Name: string; Value: string }[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }))
}

function toInputError(error: z.ZodError): CognitoError {
  const [issue] = error.issues
  const [first = 'input', ...rest] = issue?.path ?? []
  const member = [`${String(first).charAt(0).toLowerCase()}${String(first).slice(1)}`, ...rest.map(String)].join('.')
  const isMissing = issue?.code === 'invalid_type' && issue.message.includes('received undefined')
  const problem = isMissing
    ? `Value null at '${member}' failed to satisfy constraint: Member must not be null`
    : `'${member}': ${issue?.message}`
  return invalidParameter(`${error.issues.length} validation error${error.issues.length === 1 ? '' : 's'} detected: ${problem}`)
}

/** Parses an input. @throws CognitoError with Cognito's error for the first problem. */
export function parseInput<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(dropNulls(input))
  if (!parsed.success) throw toInputError(parsed.error)
  return parsed.data
}

/** Removes the members that are null. AWS takes them for missing, and some clients send null for a missing member. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => (each === null ? [] : [[name, dropNulls(each)]])))
}
