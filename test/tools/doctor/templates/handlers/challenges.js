import { customChallenge, password } from '../../../../../src/custom-challenge/index.ts'

const handlers = customChallenge({ steps: [password()], limitPerSessionOnly: true })

export const { define, create, verify } = handlers
