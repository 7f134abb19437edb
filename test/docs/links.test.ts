import { globSync } from 'node:fs'
import { expect, it } from 'vitest'
import { repository } from '../support/built.ts'
import { findBrokenLinks } from '../support/links.ts'

const PAGES = globSync(['*.md', 'events/README.md', 'bench/*.md', '{docs,examples}/**/*.md'], { cwd: repository })

it.each(PAGES.toSorted())('every link of %s leads to an existing file and, if it has an anchor, to an existing heading', async (page) => {
  expect(await findBrokenLinks(repository, page, repository)).toEqual([])
})
