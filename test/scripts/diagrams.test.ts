import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawEventPath, drawLifecycle } from '../../scripts/diagrams.ts'
import { repository } from '../support/built.ts'

const read = (path: string): Promise<string> => readFile(join(repository, 'docs', path), 'utf8')

describe('drawLifecycle', () => {
  it('drawLifecycle draws the committed diagram from the table in docs/concepts.md', async () => {
    expect(await read('images/lifecycle.svg')).toBe(drawLifecycle(await read('concepts.md')))
  })

  it('drawLifecycle throws for a name that is not a trigger of Cognito', () => {
    const page = '| Moment | Triggers, in order |\n| --- | --- |\n| sign-up | PreSignup |\n'

    expect(() => drawLifecycle(page)).toThrow('PreSignup is not a trigger of Cognito')
  })
})

describe('drawEventPath', () => {
  it('drawEventPath draws the committed diagram from the table in docs/architecture.md', async () => {
    expect(await read('images/event-path.svg')).toBe(drawEventPath(await read('architecture.md')))
  })

  it('drawEventPath throws for a page without the table', () => {
    expect(() => drawEventPath('# Architecture\n')).toThrow('The page has no table')
  })
})
