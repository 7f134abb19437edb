export type { Counter, Limit } from '../shared/limits/counter.ts'
export type { Mail, Mailer } from '../shared/mail/mailer.ts'
export type { Catalogue } from '../shared/messages/catalogue.ts'
export type { Texter, TextMessage } from '../shared/sms/texter.ts'
export { type CaptchaOptions, captcha } from './captcha.ts'
export type { CodeOptions } from './codes.ts'
export { type CustomChallenge, type CustomChallengeOptions, customChallenge } from './custom-challenge.ts'
export { type EmailCodeOptions, emailCode } from './email-code.ts'
export type { IssueTokens, NextChallenge, NextStep } from './next-step.ts'
export { type SmsCodeOptions, smsCode } from './sms-code.ts'
export {
  type Challenge,
  type ChallengeContext,
  type ChallengeParts,
  type ChallengeStep,
  defineChallenge,
  type GivenAnswer,
  type PasswordStep,
  password,
  type Step,
} from './steps.ts'
export type {
  ChallengeAnswer,
  ChallengeName,
  ChallengeResult,
  CreateAuthChallenge,
  CreateAuthChallengeEvent,
  DefineAuthChallenge,
  DefineAuthChallengeEvent,
  VerifyAnswer,
  VerifyAuthChallengeResponse,
  VerifyAuthChallengeResponseEvent,
} from './trigger.ts'
