// Prints texts of the repository that are drawn at random, for a person who reads them without context: node scripts/sample-text.ts [COUNT] [SEED]
import { createHash, randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FILES, listTexts } from './check-text.ts'

const [count = '40', seed = String(randomInt(1_000_000))] = process.argv.slice(2)
const repository = resolve(import.meta.dirname, '..')

/** Matches the code before a test title. All other strings of a test are data, and are not drawn. */
const TITLE = /\b(?:it|test|describe)(?:\.\w+)*\(\s*$|\]\)\(\s*$|\w\)\(\s*$/

const texts: string[] = []
for await (const path of glob([...FILES], { cwd: repository, exclude: ['**/node_modules/**', '**/dist/**', '**/*.md'] })) {
  const content = readFileSync(join(repository, path), 'utf8')
  for (const { at, text } of listTexts(path, content)) {
    const before = content.slice(0, at)
    const isData = path.startsWith('test/') && /['"`]/.test(content.charAt(at)) && !TITLE.test(before)
    const words = text.split(/\s+/).filter((word) => /^[\p{L}'’.,:;-]{2,}$/u.test(word))
    const isWhole = text.split('${').length === text.split('}').length
    if (!isData && isWhole && words.length > 2) texts.push(`${path}:${before.split('\n').length}\n${text.trim().replaceAll(/^/gm, '    ')}`)
  }
}

// Sort the texts by a hash of seed and text. The order looks random, and is the same for the same seed.
const rank = (text: string): string => createHash('sha256').update(`${seed} ${text}`).digest('hex')
console.log(`seed ${seed}, ${count} of ${texts.length} texts\n`)
const drawn = texts.map((text) => ({ text, rank: rank(text) })).toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
for (const { text } of drawn.slice(0, Number(count))) console.log(`${text}\n`)
