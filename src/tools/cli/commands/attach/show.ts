import type { LambdaConfigType, UpdateUserPoolRequest } from '@aws-sdk/client-cognito-identity-provider'
import { TRIGGER_NAMES, triggerFacts } from '../../../../shared/cognito/triggers.ts'
import { createPart, type Line } from '../../io.ts'
import { quote } from '../../text.ts'
import type { AttachPlan } from './plan.ts'
import { SENDERS } from './triggers.ts'

/** Formats the triggers of a pool as a diff: `+` is added, `-` is removed, other lines are unchanged. */
export function formatTriggers(current: LambdaConfigType, { lambdaConfig }: AttachPlan): readonly Line[] {
  const before = new Map(Object.entries(current))
  const after = new Map(Object.entries(lambdaConfig))
  const known = TRIGGER_NAMES.flatMap((name) => [name, triggerFacts(name).versionKey ?? []].flat())
  const names = [...new Set([...known, ...before.keys(), ...after.keys()])]
  const width = Math.max(...names.map((name) => name.length))
  const line = (sign: string, name: string, value: unknown): string => `  ${sign} ${name.padEnd(width)}  ${formatFunction(value)}`
  return names.flatMap((name) => {
    const [from, to] = [before.get(name), after.get(name)]
    if (JSON.stringify(from) === JSON.stringify(to)) return from === undefined ? [] : [line(' ', name, from)]
    return [
      ...(from === undefined ? [] : [createPart('red', line('-', name, from))]),
      ...(to === undefined ? [] : [createPart('green', line('+', name, to))]),
    ]
  })
}

/**
 * Describes the KMS permissions that custom senders need. Without these permissions, users get no codes.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-custom-sender-triggers.html
 */
export function describeSenderNeeds(config: LambdaConfigType, key: string): readonly string[] {
  const senders = SENDERS.filter((name) => config[name] !== undefined)
  return [
    `Cognito encrypts the codes for ${senders.join(' and ')} with`,
    `  ${key}`,
    "The function's role needs kms:Decrypt for this key. Your own credentials need kms:CreateGrant.",
  ]
}

/** Formats an update as an AWS CLI command for a POSIX shell. */
export function formatUpdateCommand(update: UpdateUserPoolRequest, region: string): readonly string[] {
  const json = quote(escapeNonAscii(JSON.stringify(update, null, 2)))
  return `aws cognito-idp update-user-pool --region ${region} --cli-input-json ${json}`.split('\n')
}

/**
 * Formats the AWS CLI command that allows one pool, and no other, to call a function.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
export function formatPermissionCommand(trigger: string, functionArn: string, poolArn: string, region: string): readonly string[] {
  const id = `cognito-${trigger}-${poolArn.replace(/^.*\//, '')}`
  return [
    `aws lambda add-permission --region ${region} --statement-id ${quote(id)} \\`,
    '  --action lambda:InvokeFunction --principal cognito-idp.amazonaws.com \\',
    `  --function-name ${quote(functionArn)} \\`,
    `  --source-arn ${quote(poolArn)}`,
  ]
}

/** Formats the value of a trigger: an ARN, an ARN with a version, or JSON for any other value. */
function formatFunction(value: unknown): string {
  if (typeof value === 'string') return value
  const { LambdaArn, LambdaVersion, ...rest }: Record<string, unknown> = Object(value)
  const isKnown = typeof LambdaArn === 'string' && typeof LambdaVersion === 'string' && Object.keys(rest).length === 0
  return isKnown ? `${LambdaArn} ${LambdaVersion}` : JSON.stringify(value)
}

// Escapes non-ASCII characters, because only ASCII stays unchanged in a shell of any locale.
function escapeNonAscii(json: string): string {
  return json.replaceAll(/[^\n\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
