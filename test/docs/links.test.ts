import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from '../support/built.ts'

const inDocs = (await readdir(join(repository, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md'))
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'events/README.md',
  ...inDocs.map((file) => join('docs', file)),
]

/** Returns the anchors that GitHub makes from the headings of a page. */
async function listAnchors(path: string): Promise<readonly string[]> {
  const text = (await readFile(join(repository, path), 'utf8')).replaceAll(/^```.*?^```$/gms, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each(PAGES)('every link of %s leads to an existing file and, if it has an anchor, to an existing heading', async (page) => {
  const text = (await readFile(join(repository, page), 'utf8')).replaceAll(/^```.*?^```$/gms, '')
  const links = [...text.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]+))?\)/g)].filter(([, path = '']) => !/^https?:/.test(path))
  const broken = await Promise.all(
    links.map(async ([link, path = '', anchor]) => {
      const target = path === '' ? page : relative(repository, resolve(repository, dirname(page), path))
      const found = existsSync(join(repository, target)) && (anchor === undefined || (await listAnchors(target)).includes(anchor))
      return found ? [] : [link]
    }),
  )

  expect(broken.flat()).toEqual([])
})
