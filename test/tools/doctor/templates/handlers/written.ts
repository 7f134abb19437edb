import { z } from 'zod'
import { preSignUp, requireAttributes } from '../../../../../src/pre-signup/index.ts'

export const handler: unknown = preSignUp(requireAttributes(z.looseObject({ given_name: z.string() })))
