import * as z from 'zod'

/** A string. */
export const text: z.ZodString = z.string()

/** A map of strings, such as user attributes. */
export const texts: z.ZodRecord<z.ZodString, z.ZodString> = z.record(z.string(), z.string().max(2048))

/** The attributes of a user who does not exist yet. */
export const withoutSub: z.ZodType<Record<string, string>> = texts.refine((attributes) => !('sub' in attributes), {
  error: 'a user who does not exist yet has no sub',
})

/** The attributes of a user of the pool. */
export const withSub: z.ZodType<Record<string, string>> = texts.refine((attributes) => z.uuid().safeParse(attributes.sub).success, {
  error: 'the sub is a UUID',
})

/** An empty response. Cognito reads no field of it. */
export const noFields: z.ZodType = z.strictObject({})

/** The fields that all events have. */
export const envelope: {
  readonly version: z.ZodType<string>
  readonly triggerSource: z.ZodType<string>
  readonly region: z.ZodType<string>
  readonly userPoolId: z.ZodType<string>
  readonly userName: z.ZodType<string>
  readonly callerContext: z.ZodType<{ readonly awsSdkVersion: string; readonly clientId: string | null }>
} = {
  version: z.literal('1'),
  triggerSource: text,
  region: z.literal('eu-west-1'),
  userPoolId: text.regex(/^eu-west-1_[A-Za-z0-9]{9}$/),
  userName: text.regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u),
  callerContext: z.strictObject({ awsSdkVersion: text.regex(/^aws-sdk-/), clientId: text.nullable() }),
}
