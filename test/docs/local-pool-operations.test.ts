import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { writeOperationsPage } from '../support/pool-operations-page.ts'

const PAGE = join(repository, 'docs/reference/local-pool-operations.md')

// With UPDATE_DOCS=1, this test writes the page.
const UPDATE = process.env.UPDATE_DOCS === '1'

it('docs/reference/local-pool-operations.md lists the steps that the local pool runs', async () => {
  const page = writeOperationsPage()
  if (UPDATE) await writeFile(PAGE, page)

  expect(await readFile(PAGE, 'utf8')).toBe(page)
})
