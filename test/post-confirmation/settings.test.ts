import { describe, expect, it } from 'vitest'
import { type PostConfirmationSettings, postConfirmationSettings } from '../../src/post-confirmation/settings.ts'
import { type Environment, readSettings } from '../../src/shared/settings/settings.ts'

const read = (environment: Environment): PostConfirmationSettings => readSettings(postConfirmationSettings, environment)

const PROFILE_TABLE = 'profiles'
const mail = {
  WELCOME_EMAIL_FROM: 'welcome@example.com',
  WELCOME_APP_NAME: 'Example',
  WELCOME_APP_URL: 'https://app.example.com',
  EFFECT_TABLE: 'effects',
}

describe('postConfirmationSettings', () => {
  it('requires only PROFILE_TABLE; by default no email is sent, and the delivery is at-most-once', () => {
    expect(read({ PROFILE_TABLE })).toEqual({ PROFILE_TABLE, WELCOME_EMAIL_DELIVERY: 'at-most-once' })
  })

  it('reads every variable', () => {
    const environment = {
      PROFILE_TABLE,
      ...mail,
      WELCOME_EMAIL_DELIVERY: 'at-least-once',
      LOG_LEVEL: 'debug',
      LOG_HASH_KEY: '0123456789abcdef',
    }
    const more = {
      WELCOME_EMAIL_FROM: 'Example <welcome@example.com>',
      WELCOME_EMAIL_REPLY_TO: 'help@example.com',
      SES_REGION: 'eu-west-1',
    }
    expect(read({ ...environment, ...more, PATH: '/usr/bin' })).toEqual({
      ...environment,
      ...more,
      WELCOME_EMAIL_FROM: { name: 'Example', address: 'welcome@example.com' },
      WELCOME_EMAIL_REPLY_TO: { address: 'help@example.com' },
    })
  })

  it('requires the table of effects with invitations, because the sweeper retries to keep them', () => {
    expect(() => read({ PROFILE_TABLE, INVITE_TABLE: 'invites' })).toThrow(
      'EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects, because INVITE_TABLE is set',
    )
    expect(read({ PROFILE_TABLE, INVITE_TABLE: 'invites', EFFECT_TABLE: 'effects' })).toMatchObject({ INVITE_TABLE: 'invites' })
  })

  it.each([
    { wrong: { PROFILE_TABLE: '' }, problem: 'PROFILE_TABLE is missing; expected the name of the DynamoDB table of profiles' },
    { wrong: { WELCOME_EMAIL_FROM: 'welcome' }, problem: 'WELCOME_EMAIL_FROM is "welcome"; expected one email address' },
    {
      wrong: { WELCOME_EMAIL_FROM: 'a@example.com, b@example.com' },
      problem: 'WELCOME_EMAIL_FROM is "a@example.com, b@example.com"; expected one email address',
    },
    {
      wrong: { WELCOME_APP_NAME: '' },
      problem: 'WELCOME_APP_NAME is missing; expected the name of your application, because WELCOME_EMAIL_FROM is set',
    },
    {
      wrong: { WELCOME_APP_URL: '' },
      problem: 'WELCOME_APP_URL is missing; expected the https:// address of your application, because WELCOME_EMAIL_FROM is set',
    },
    {
      wrong: { WELCOME_APP_URL: 'http://app.example.com' },
      problem: 'WELCOME_APP_URL is "http://app.example.com"; expected an https:// URL in ASCII',
    },
    { wrong: { WELCOME_APP_URL: 'javascript:alert(1)' }, problem: 'WELCOME_APP_URL is "javascript:alert(1)"; expected an https:// URL' },
    { wrong: { WELCOME_APP_URL: 'app.example.com' }, problem: 'WELCOME_APP_URL is "app.example.com"; expected an https:// URL' },
    {
      wrong: { EFFECT_TABLE: '' },
      problem: 'EFFECT_TABLE is missing; expected the name of the DynamoDB table of effects, because WELCOME_EMAIL_FROM is set',
    },
    { wrong: { WELCOME_EMAIL_FROM: 'welcome@bücher.example' }, problem: 'expected one email address in ASCII' },
    { wrong: { WELCOME_EMAIL_REPLY_TO: 'help' }, problem: 'WELCOME_EMAIL_REPLY_TO is "help"; expected one email address' },
    { wrong: { SES_REGION: 'Ireland' }, problem: 'SES_REGION is "Ireland"; expected an AWS region such as eu-west-1' },
    { wrong: { WELCOME_APP_NAME: 'Example\nBuy now' }, problem: 'expected the name of your application, in one line' },
    { wrong: { WELCOME_APP_URL: 'https://app.example.com/\n\nBuy now' }, problem: 'expected an https:// URL in ASCII' },
    { wrong: { WELCOME_EMAIL_DELIVERY: 'once' }, problem: 'WELCOME_EMAIL_DELIVERY is "once"; expected one of at-most-once' },
    { wrong: { LOG_LEVEL: 'loud' }, problem: 'LOG_LEVEL is "loud"; expected one of debug' },
    { wrong: { LOG_HASH_KEY: 'short' }, problem: 'LOG_HASH_KEY has an invalid value (not shown)' },
  ])('reports the invalid variable: $problem', ({ wrong, problem }) => {
    expect(() => read({ PROFILE_TABLE, ...mail, ...wrong })).toThrow(problem)
  })
})
