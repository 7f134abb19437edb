import { z } from 'zod'
import { preSignUp } from '../../../../../src/pre-signup/index.ts'
import { requireAttributes } from '../../../../../src/rules/index.ts'

export const handler: unknown = preSignUp(requireAttributes(z.looseObject({ given_name: z.string() })))
