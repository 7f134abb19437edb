import { describe, expect, it } from 'vitest'
import { lostLine } from '../../../src/shared/lambda/report.ts'
import { emfProblems } from '../../support/emf.ts'

describe('lostLine', () => {
  it('returns an error line that identifies the effect, and counts it in the metric EffectsLost of the trigger', () => {
    const effect = { userPoolId: 'eu-west-1_pool', sub: 'sub-1', effect: 'send-welcome-email', token: 'token-1' }
    const line = lostLine(effect, 'PostConfirmation', Date.UTC(2026, 0, 2))
    expect(emfProblems(line)).toEqual([])
    expect(line).toMatchObject({ ...effect, level: 'ERROR', message: 'effect lost', trigger: 'PostConfirmation', EffectsLost: 1 })
  })
})
