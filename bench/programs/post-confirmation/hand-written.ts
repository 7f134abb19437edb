import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { type Confirmed, documents, saveProfile, sendWelcome } from './job.ts'

const TableName = process.env.EFFECT_TABLE

/**
 * Sends one email per user. Claims the email before sending and marks it as done afterwards, so that an interrupted email can be
 * recognised.
 */
async function welcomeOnce(event: Confirmed): Promise<void> {
  const pk = `${event.userPoolId}#${event.request.userAttributes.sub}#welcome`
  try {
    const Item = { pk, state: 'pending', claimedAt: new Date().toISOString() }
    await documents.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }))
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return
    throw error
  }
  await sendWelcome(event)
  await documents.send(
    new UpdateCommand({
      TableName,
      Key: { pk },
      UpdateExpression: 'SET #state = :done, doneAt = :at',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':done': 'done', ':at': new Date().toISOString() },
    }),
  )
}

export const handler = async (event: Confirmed): Promise<Confirmed> => {
  if (event.triggerSource !== 'PostConfirmation_ConfirmSignUp') {
    await saveProfile(event)
    return event
  }
  const verified = event.request.userAttributes.email_verified === 'true'
  await Promise.all([saveProfile(event), ...(verified ? [welcomeOnce(event)] : [])])
  return event
}
