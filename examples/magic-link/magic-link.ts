import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { documentClient, sesClient } from 'cognito-lifeguard/aws'
import { customChallenge, defineChallenge } from 'cognito-lifeguard/custom-challenge'
import { dynamoCounter } from 'cognito-lifeguard/limits'
import { sesMailer } from 'cognito-lifeguard/post-confirmation'

const mailer = sesMailer({ ses: sesClient(), from: 'sign-in@example.com' })
// In a deployment, the functions get the key from AWS Secrets Manager.
const key = process.env.CODE_KEY ?? ''
const hashToken = (token: string): string => createHmac('sha256', key).update(token).digest('base64url')

const magicLink = defineChallenge({
  name: 'magic-link',
  sends: true,
  async create({ user, signal }) {
    if (user.email === undefined || !user.emailVerified) return undefined
    const token = randomBytes(32).toString('base64url')
    const link = `https://app.example.com/sign-in#${token}`
    await mailer.send({ to: user.email, subject: 'Sign in', text: link, html: `<a href="${link}">Sign in</a>` }, signal)
    const hash = hashToken(token)
    return { public: {}, secret: { hash }, state: hash }
  },
  decoy: () => {
    const hash = hashToken(randomBytes(32).toString('base64url'))
    return { public: {}, secret: { hash }, state: hash }
  },
  again: (_, hash) => ({ public: {}, secret: { hash }, state: hash }),
  verify: ({ answer, secret }) => {
    const [given, expected] = [Buffer.from(hashToken(answer)), Buffer.from(secret.hash)]
    return given.length === expected.length && timingSafeEqual(given, expected)
  },
})

export const { define, create, verify } = customChallenge({
  steps: [magicLink],
  counter: dynamoCounter({ documents: documentClient(), table: process.env.LIMIT_TABLE ?? '' }),
})
