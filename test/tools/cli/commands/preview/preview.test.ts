import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFolder, lifeguard } from '../../../../support/cli/lifeguard.ts'

const INDEX = resolve('src/custom-message/index.ts')
const handler = (locales: object): string => `
import { customMessage, messages } from '${INDEX}'
export const handler = customMessage(messages({ fallback: 'en', locales: ${JSON.stringify(locales)} }))
`
const email = { subject: 'A < B', html: '<p>{{code}}</p>', text: 'Code: {{code}}' }
const locales = { en: { default: { email, sms: '{{code}} is your code' } }, de: { ForgotPassword: { sms: 'Neu: {{code}}' } } }
const named = ['--handler', 'customMessage=handler.ts']

describe('lifeguard preview', () => {
  it('writes each message as HTML and text, with links in index.html, and removes the files of the previous run', async () => {
    const cwd = await createFolder({ 'handler.ts': handler(locales), 'other.ts': handler({ en: locales.en }) })

    const first = await lifeguard(['preview', 'out', ...named], { cwd })

    expect(first).toEqual({ code: 0, stdout: 'Wrote 2 messages. Open out/index.html\n', stderr: '' })
    const files = await readdir(join(cwd, 'out'))
    expect(files.toSorted()).toEqual([
      '.lifeguard-preview',
      'custom-message-de-ForgotPassword.sms.txt',
      'custom-message-en-default.html',
      'custom-message-en-default.sms.txt',
      'custom-message-en-default.txt',
      'index.html',
    ])
    const read = (name: string): Promise<string> => readFile(join(cwd, 'out', name), 'utf8')
    expect(await read('custom-message-en-default.html')).toBe('<p>123456</p>')
    expect(await read('custom-message-de-ForgotPassword.sms.txt')).toBe('Neu: 123456')
    const index = await read('index.html')
    expect(index).toContain('<td>A &lt; B</td>')
    for (const name of files.filter((each) => /\d|default|Forgot/.test(each))) expect(index).toContain(`href="${name}"`)

    const second = await lifeguard(['preview', 'out', '--handler', 'customMessage=other.ts'], { cwd })

    expect(second.code).toBe(0)
    expect(await readdir(join(cwd, 'out'))).not.toContain('custom-message-de-ForgotPassword.sms.txt')
  })

  it('writes the messages of several rules with equal names, and rules that throw or return other values have none', async () => {
    const sample = "{ name: '../a', locale: 'en', sms: 'x', html: 1 }"
    const rules = [`() => [${sample}, null, {}]`, `() => [${sample}]`, "() => { throw new Error('no') }", "() => 'x'", "'x'"]
    const children = rules.map((samples) => `{ name: 'a', kind: 'rule', samples: ${samples} }`).join(', ')
    const source = `export const handler = Object.assign(async (event) => event, { composition: { name: 'a', kind: 'chain', children: [${children}] } })`
    const cwd = await createFolder({ 'handler.mjs': source })

    const { code, stdout } = await lifeguard(['preview', 'out', '--handler', 'customMessage=handler.mjs'], { cwd })

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Wrote 2 messages. Open out/index.html\n' })
    expect((await readdir(join(cwd, 'out'))).toSorted()).toEqual([
      '.lifeguard-preview',
      'custom-message-en-___a-2.sms.txt',
      'custom-message-en-___a.sms.txt',
      'index.html',
    ])
  })

  it('reports an invalid text', async () => {
    const cwd = await createFolder({ 'handler.ts': handler({ en: { default: { sms: 'Hello' } } }) })

    const { code, stderr } = await lifeguard(['preview', 'out', ...named], { cwd })

    expect(code).toBe(1)
    expect(stderr).toContain('does not start: TypeError: messages(): en.default.sms: the placeholder {{code}} is missing\n')
    expect(await readdir(cwd)).not.toContain('out')
  })

  it('does not overwrite files that it did not write', async () => {
    const cwd = await createFolder({ 'handler.ts': handler(locales), 'out/index.html': 'mine' })

    expect(await lifeguard(['preview', 'out', ...named], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('out/index.html exists, and preview did not write it. Move it, or choose another folder'),
    })
    expect(await readFile(join(cwd, 'out/index.html'), 'utf8')).toBe('mine')
  })

  it.each([
    [[], 'Missing folder. Expected: lifeguard preview DIR'],
    [['a', 'b'], "Unexpected argument 'b'. Expected one folder"],
    [['plain.mjs'], 'DIR plain.mjs: is a file; expected a folder'],
    [['out', '--handler', 'customMessage=plain.mjs'], 'No handler has messages. Expected a rule with a catalogue of texts'],
  ])('exits with 2 for the arguments %j', async (args, message) => {
    const cwd = await createFolder({ 'plain.mjs': 'export const handler = async (event) => event' })

    const { code, stdout, stderr } = await lifeguard(['preview', ...args], { cwd })

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})
