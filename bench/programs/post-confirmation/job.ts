import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SESClient, SendEmailCommand } from '@aws-sdk/client-ses'
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import html from '../../../src/post-confirmation/welcome.html'
import text from '../../../src/post-confirmation/welcome.txt'

/** The parts of an event that the job reads. */
export interface Confirmed {
  readonly triggerSource: string
  readonly userPoolId: string
  readonly userName?: string | undefined
  readonly request: { readonly userAttributes: Readonly<Record<string, string>> }
}

export const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}))
const ses = new SESClient({})

const fill = (template: string, name: string | undefined): string =>
  template
    .replace(/\{\{#name\}\}(.*?)\{\{\/name\}\}/gs, name === undefined ? '' : '$1')
    .replaceAll('{{name}}', name ?? '')
    .replaceAll('{{appName}}', process.env.WELCOME_APP_NAME ?? '')
    .replaceAll('{{appUrl}}', process.env.WELCOME_APP_URL ?? '')

const KEPT = ['email', 'email_verified', 'phone_number', 'name', 'given_name', 'family_name', 'preferred_username', 'locale']

/** Writes the user's profile. A repeated event updates the same profile. */
export async function saveProfile({ userPoolId, userName, request: { userAttributes } }: Confirmed): Promise<void> {
  const attributes = Object.fromEntries(KEPT.flatMap((name) => (userAttributes[name] ? [[name, userAttributes[name]]] : [])))
  await documents.send(
    new UpdateCommand({
      TableName: process.env.PROFILE_TABLE,
      Key: { pk: `${userPoolId}#${userAttributes.sub}` },
      UpdateExpression:
        'SET userPoolId = :pool, #sub = :sub, userName = :name, #attributes = :attributes, createdAt = if_not_exists(createdAt, :at), updatedAt = :at, confirmedAt = if_not_exists(confirmedAt, :at)',
      ExpressionAttributeNames: { '#sub': 'sub', '#attributes': 'attributes' },
      ExpressionAttributeValues: {
        ':pool': userPoolId,
        ':sub': userAttributes.sub,
        ':name': userName,
        ':attributes': attributes,
        ':at': new Date().toISOString(),
      },
    }),
  )
}

/** Sends the welcome email on every call. */
export async function sendWelcome({ request: { userAttributes } }: Confirmed): Promise<void> {
  const name = /^\p{L}{1,40}$/u.test(userAttributes.given_name ?? '') ? userAttributes.given_name : undefined
  await ses.send(
    new SendEmailCommand({
      Source: process.env.WELCOME_EMAIL_FROM,
      Destination: { ToAddresses: [userAttributes.email ?? ''] },
      Message: {
        Subject: { Data: `Welcome to ${process.env.WELCOME_APP_NAME}`, Charset: 'UTF-8' },
        Body: { Text: { Data: fill(text, name), Charset: 'UTF-8' }, Html: { Data: fill(html, name), Charset: 'UTF-8' } },
      },
    }),
  )
}
