// A custom rule that does not declare its permissions.
import { defineRule, skip } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'

export const handler = preSignUp(defineRule('ask-service', () => skip()))
