import { describe, expect, it } from 'vitest'
import { customEmailSenderSettings } from '../../src/custom-email-sender/settings.ts'
import { customSmsSenderSettings } from '../../src/custom-sms-sender/settings.ts'
import { kmsKeyArn } from '../../src/shared/settings/fields.ts'

describe('the settings of the custom senders', () => {
  it('require a key, a table and the name of the application', () => {
    for (const { fields } of [customEmailSenderSettings, customSmsSenderSettings])
      expect(Object.keys(fields)).toEqual(expect.arrayContaining(['KMS_KEY_ARN', 'LIMIT_TABLE', 'MESSAGE_APP_NAME']))
  })

  it.each(['arn:aws:kms:eu-west-1:111122223333:alias/codes', 'alias/codes', '1234abcd'])('reject %s as the ARN of a key', (text) => {
    expect(kmsKeyArn().read(text)).toBeUndefined()
    expect(kmsKeyArn().read(kmsKeyArn().example)).toBe(kmsKeyArn().example)
  })
})
