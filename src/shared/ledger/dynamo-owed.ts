import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { conditionally } from '../aws/dynamodb.ts'
import type { CutOff, EffectKey } from '../rules/once.ts'
import type { RulePermission } from '../rules/rule.ts'
import type { DynamoEffectsOptions } from './dynamo-effects.ts'
import { effectPk } from './effect-item.ts'

/** An effect to be run without its event, which the sweeper makes from what the pool knows of the user by then. */
export interface OwedEffect extends EffectKey {
  readonly cutOff: CutOff
  /** It is owed only to a user who was created since then. */
  readonly createdSince?: Date
  /** The trigger source and the app client of its event, where they are known; a confirmed sign-up unless set. */
  readonly triggerSource?: string
  readonly appClient?: string
}

/** Where effects are put down that nothing durable knows of. */
export interface Owed {
  /** Makes an effect due at once; false where the ledger knows it already: then nothing is changed. */
  readonly put: (owed: OwedEffect, signal: AbortSignal) => Promise<boolean>
  readonly permissions?: readonly RulePermission[]
}

/**
 * Puts effects into the table that {@link dynamoLedger} keeps, for a sweeper to run.
 *
 * @example
 * await dynamoOwed({ documents, table }).put({ userPoolId, sub, effect: 'send-welcome-email', cutOff: 'at-most-once' }, signal)
 */
export function dynamoOwed({ documents, table }: DynamoEffectsOptions): Owed {
  return {
    permissions: [{ actions: ['dynamodb:UpdateItem'], resource: 'EFFECT_TABLE' }],

    async put(owed, signal) {
      const set = [
        'userPoolId = :pool',
        '#sub = :sub',
        'effect = :effect',
        '#state = :pending',
        'queue = :pending',
        'cutOff = :cutOff',
        'attempt = :none',
        'dueAt = :now',
        'createdAt = :now',
        'updatedAt = :now',
        ...(owed.createdSince === undefined ? [] : ['createdSince = :since']),
        ...(owed.triggerSource === undefined ? [] : ['triggerSource = :source']),
        ...(owed.appClient === undefined ? [] : ['appClient = :client']),
      ]
      const command = new UpdateCommand({
        TableName: table,
        Key: { pk: effectPk(owed) },
        UpdateExpression: `SET ${set.join(', ')}`,
        ConditionExpression: 'attribute_not_exists(pk)',
        ExpressionAttributeNames: { '#state': 'state', '#sub': 'sub' },
        ExpressionAttributeValues: {
          ':pool': owed.userPoolId,
          ':sub': owed.sub,
          ':effect': owed.effect,
          ':pending': 'pending',
          ':cutOff': owed.cutOff,
          ':none': 0,
          ':now': new Date().toISOString(),
          ...(owed.createdSince !== undefined && { ':since': owed.createdSince.toISOString() }),
          ...(owed.triggerSource !== undefined && { ':source': owed.triggerSource }),
          ...(owed.appClient !== undefined && { ':client': owed.appClient }),
        },
      })
      return conditionally(documents().send(command, { abortSignal: signal }))
    },
  }
}
