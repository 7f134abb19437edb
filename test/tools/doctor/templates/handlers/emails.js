import { customMessage, messages } from '../../../../../src/custom-message/index.ts'

const locales = { en: { default: { email: { subject: 'Your code', html: '<p>{{code}}</p>' } } } }

export const handler = customMessage(messages({ fallback: 'en', locales }, { emailSending: process.env.EMAIL_SENDING }))
