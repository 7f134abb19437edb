// A rule that calls nobody knows what.
import { defineRule, skip } from '../../../../../src/index.ts'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'

export const handler = preSignUp(defineRule('ask-somebody', () => skip()))
