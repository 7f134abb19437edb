// Finds sentences of this repository that are hard to read. CONTRIBUTING.md lists the marks of such sentences, and what to write instead.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { listBadNames } from './function-names.ts'
import { EXCEPTIONS } from './text-exceptions.ts'

export interface Finding {
  readonly line: number
  readonly mark: string
  readonly sentence: string
}

/** A piece of text, such as a comment or a paragraph, with its offset in the file. */
interface Piece {
  readonly at: number
  readonly text: string
}

const MAX_WORDS = 30

/** The files whose text is checked. */
export const FILES: readonly string[] = [
  '{README,CONTRIBUTING,SECURITY,CHANGELOG,events/README}.md',
  'docs/**/*.md',
  'serverless*.yml',
  '*.config.ts',
  '{src,scripts,bench,chaos,deploy,starter,examples,test}/**/*.{ts,cjs,md,yml,sh}',
]

// Texts of AWS, which must be quoted as they are.
const QUOTED = ['Cannot reset password for the user as there is no registered/verified email or phone_number']

const MARKS: readonly (readonly [string, (sentence: string) => boolean])[] = [
  ['a headless clause', (sentence) => /^(?:What|Whether|Where|Whoever|Whatever|Of)\s/.test(sentence) && !sentence.endsWith('?')],
  ['"is no"', (sentence) => /\b(?:is|are|was|were) (?:no(?! longer)|none)\b/i.test(sentence)],
  ['an indefinite person', (sentence) => /\b(?:nobody|somebody|whoever)\b/i.test(sentence)],
  [`over ${MAX_WORDS} words`, (sentence) => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length > MAX_WORDS],
]

// Matches comments, strings and regular expressions. A regular expression is matched because its quotes and slashes must not start a string
// or a comment.
const TOKEN =
  /\/\*[\s\S]*?\*\/|(?:(?<=^|\n)[ \t]*\/\/.*\n?)+|\/\/.*|(?<=[=(,:!&|?;{}[\n>]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

/** Returns true if a string has several words and is not code, such as HTML or the program of a child process. */
function isSentence(string: string): boolean {
  return (string.match(/ /g)?.length ?? 0) > 2 && !/=>|[;{]\s*\n|\bimport .* from|<\/\w+>|^.\s*(?:const|export) /.test(string)
}

/** Lists the comments of a program, and the strings that contain a sentence, such as messages, help texts and test titles. */
function listPieces(program: string): readonly Piece[] {
  return [...program.matchAll(TOKEN)].flatMap(({ 0: token, index }) => {
    if (token.startsWith('/') && !/^\/[*/]/.test(token)) return []
    if (QUOTED.includes(token.slice(1, -1))) return []
    if (/^['"`]/.test(token)) return isSentence(token) ? [{ at: index, text: token.slice(1, -1).replaceAll('\\n', '\n') }] : []
    const text = token.replaceAll(/^[ \t]*(?:\/\*+|\*\/|\*|\/\/)[ \t]?|\*\/$/gm, '').replaceAll(/^@example[\s\S]*?(?=^@|$(?![\s\S]))/gm, '')
    return [{ at: index, text: text.replaceAll(/^@\w+ /gm, '\n\n') }]
  })
}

/** Lists the paragraphs and list items of a page. Skips code, tables and headings. */
function listParagraphs(page: string): readonly Piece[] {
  const exempt = /^ *```[\s\S]*?^ *```|^ {4,}.*$|^[ >]*\|.*$|^#.*$|<!--[\s\S]*?-->/gm
  const text = page.replaceAll(exempt, (code) => code.replaceAll(/[^\n]/g, ' '))
  return [...text.matchAll(/(?:.*\S.*\n?)+/g)].map(({ 0: paragraph, index }) => ({ at: index, text: paragraph }))
}

/** Lists the comments of a YAML file. */
function listYamlComments(file: string): readonly Piece[] {
  const comments = file.matchAll(/(?:^[ \t]*#.*\n?)+|[ \t]#.*/gm)
  return Array.from(comments, ({ 0: text, index }) => ({ at: index, text: text.replaceAll(/^[ \t]*#+ ?/gm, '') }))
}

function splitSentences(text: string): readonly string[] {
  return text
    .replaceAll(/`[^`\n]*`|\$\{[^}]*\}|\{@link [^}]*\}|https?:\S+/g, 'code')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_]{1,2}(?=\w)|(?<=[\w.])[*_]{1,2}/g, '')
    .split(/\n\s*\n|\n\s*(?:[-*]|\d+\.)\s|(?<=[.!?:;])["')]?\s+(?=["'(]?[A-Z`]|code)|(?<=:)\s*\n/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').replace(/^[-*\s]+|\s+$/g, ''))
    .filter((sentence) => sentence !== '')
}

/** Lists the texts of a file: the paragraphs of a page, or the comments and sentences of a program. */
export function listTexts(path: string, content: string): readonly Piece[] {
  const list = path.endsWith('.md') ? listParagraphs : /\.(?:yml|sh)$/.test(path) ? listYamlComments : listPieces
  return list(content)
}

/** Lists the sentences of a file that are hard to read, with the reason. */
export function checkText(path: string, content: string): readonly Finding[] {
  const lineAt = (at: number): number => content.slice(0, at).split('\n').length
  const sentences = listTexts(path, content).flatMap(({ at, text }) =>
    splitSentences(text).map((sentence) => ({ line: lineAt(at), sentence })),
  )
  const marked = sentences.flatMap((each) => MARKS.filter(([, fits]) => fits(each.sentence)).map(([mark]) => ({ ...each, mark })))
  const names = path.endsWith('.ts') ? listBadNames(content) : []
  return [...marked, ...names.map(({ at, name }) => ({ line: lineAt(at), mark: 'a name ending in Of, In or Named', sentence: name }))]
}

if (import.meta.main) {
  const repository = resolve(import.meta.dirname, '..')
  const used = new Set<string>()
  const found: string[] = []
  for await (const path of glob(FILES, { cwd: repository, exclude: ['**/node_modules/**', '**/dist/**', 'src/rules/lists/**'] }))
    for (const { line, mark, sentence } of checkText(path, readFileSync(join(repository, path), 'utf8'))) {
      const exception = EXCEPTIONS.find((each) => path === each.path && sentence.includes(each.text))
      if (exception === undefined) found.push(`${path}:${line}: ${mark}: ${sentence}`)
      else used.add(exception.text)
    }
  for (const { path, text } of EXCEPTIONS) if (!used.has(text)) found.push(`${path}: no sentence needs the exception "${text}"`)
  for (const line of found) console.error(line)
  console.log(`${found.length} sentences to rewrite`)
  process.exitCode = found.length === 0 ? 0 : 1
}
