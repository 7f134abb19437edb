import { describe, expect, it } from 'vitest'
import { checkText } from '../../scripts/check-text.ts'
import { EXCEPTIONS } from '../../scripts/text-exceptions.ts'

const listMarks = (path: string, content: string): readonly string[] => checkText(path, content).map(({ line, mark }) => `${line}: ${mark}`)

describe('checkText', () => {
  // Each sample is joined from two strings, so that the check does not find the samples in this file.
  const headless = ['Where', 'the event lacks an address, it is denied.'].join(' ')
  const person = ['The caller reads what', 'nobody', 'should read.'].join(' ')
  const isNo = ['A missing value', 'is no', 'error.'].join(' ')
  const long = `This sentence has ${'one more '.repeat(15)}word.`

  it.each([
    ['a headless clause', headless],
    ['an indefinite person', person],
    ['"is no"', isNo],
    ['over 30 words', long],
  ])('checkText finds a sentence with %s in each kind of text', (mark, sentence) => {
    expect(listMarks('a.md', `# Title\n\nA sentence.\n\n${sentence}\n`)).toEqual([`5: ${mark}`])
    expect(listMarks('a.ts', `const a = 1\n// ${sentence}\n`)).toEqual([`2: ${mark}`])
    expect(listMarks('a.ts', `/**\n * ${sentence}\n *\n * @example\n * ${sentence}\n */\n`)).toEqual([`1: ${mark}`])
    expect(listMarks('a.test.ts', `it("${sentence}", run)`)).toEqual([`1: ${mark}`])
    expect(listMarks('a.yml', `a: 1\n# ${sentence}\n`)).toEqual([`2: ${mark}`])
  })

  it.each([
    ['a heading', `# ${isNo}\n`],
    ['a table', `| a |\n| --- |\n| ${isNo} |\n`],
    ['a code block', `\`\`\`ts\n// ${isNo}\n\`\`\`\n`],
    ['a question', 'Where is the table?\n'],
    ['"is no longer"', 'The table is no longer needed.\n'],
  ])('passes over %s', (_, page) => {
    expect(checkText('a.md', page)).toEqual([])
  })

  it.each([
    ['a regular expression', `const a = /["'\`] ${isNo}/.test(b)`],
    ['a program in a string', `const source = \`const a = () => 1 // ${isNo}\``],
  ])('passes over %s', (_, program) => {
    expect(checkText('a.ts', program)).toEqual([])
  })

  it('checkText finds function names that end in Of or Named, except names of the rule language', () => {
    const [first, second] = ['key' + 'Of', 'rule' + 'Named']
    const program = `function ${first}(a) {}\nconst ${second} = (a) => a\nexport function anyOf(a) {}\nconst listOf${'Keys'} = 1\n`

    expect(checkText('a.ts', program).map(({ sentence }) => sentence)).toEqual([first, second])
  })
})

describe('EXCEPTIONS', () => {
  it('EXCEPTIONS has at most 20 entries, each with a reason', () => {
    expect(EXCEPTIONS.length).toBeLessThanOrEqual(20)
    expect(EXCEPTIONS.filter(({ reason }) => reason.length < 10)).toEqual([])
  })
})
