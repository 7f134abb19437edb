import { describe, expect, it } from 'vitest'
import { mailTemplate } from '../../src/post-confirmation/template.ts'
import html from '../../src/post-confirmation/welcome.html'
import text from '../../src/post-confirmation/welcome.txt'

const files = {
  subject: 'Welcome to {{appName}}',
  text: 'Hello{{#name}} {{name}}{{/name}}: {{appUrl}}',
  html: '<p>{{appName}}, {{name}}</p>',
}
const values = { appName: 'Example', appUrl: 'https://app.example.com/?a=1&b=2' }

describe('mailTemplate', () => {
  it('fills in its places', () => {
    expect(mailTemplate(files, values).render('Ann')).toEqual({
      subject: 'Welcome to Example',
      text: 'Hello Ann: https://app.example.com/?a=1&b=2',
      html: '<p>Example, Ann</p>',
    })
  })

  it('does without a name', () => {
    expect(mailTemplate(files, values).render(undefined)).toMatchObject({
      text: 'Hello: https://app.example.com/?a=1&b=2',
      html: '<p>Example, </p>',
    })
  })

  it('escapes values in HTML, and there alone', () => {
    const template = mailTemplate({ subject: '{{v}}', text: '{{v}}', html: '<a href="{{v}}">{{v}}</a>{{name}}' }, { v: `<&>"'` })
    expect(template.render(`<b>'"&`)).toEqual({
      subject: `<&>"'`,
      text: `<&>"'`,
      html: '<a href="&lt;&amp;&gt;&quot;&apos;">&lt;&amp;&gt;&quot;&apos;</a>&lt;b&gt;&apos;&quot;&amp;',
    })
  })

  it('takes a value for a text, whatever it looks like', () => {
    const template = mailTemplate({ subject: '{{v}} {{name}}', text: '{{v}}', html: '{{v}}' }, { v: '{{name}} $& $1 {{#name}}x{{/name}}' })
    expect(template.render('{{v}}')).toMatchObject({
      subject: '{{name}} $& $1 {{#name}}x{{/name}} {{v}}',
      text: '{{name}} $& $1 {{#name}}x{{/name}}',
    })
  })

  it('lets no line break into a subject, where it would begin another header', () => {
    const template = mailTemplate(
      { subject: '\nWelcome to {{v}}, {{name}}\n', text: '{{v}}', html: '' },
      { v: 'Example\r\nBcc: eve@evil.com' },
    )
    expect(template.render('Ann\u2028Bob\0')).toMatchObject({
      subject: 'Welcome to Example Bcc: eve@evil.com, Ann Bob',
      text: 'Example\r\nBcc: eve@evil.com',
    })
  })

  it('shows every section on its own, across lines', () => {
    const template = mailTemplate({ subject: '', text: 'a{{#name}}1\n{{/name}}b{{#name}}2{{/name}}c', html: '' }, {})
    expect(template.render('Ann').text).toBe('a1\nb2c')
    expect(template.render(undefined).text).toBe('abc')
  })

  it.each([
    { part: 'subject', source: 'Hello {{nmae}}', place: '{{nmae}}' },
    { part: 'text', source: '{{constructor}}', place: '{{constructor}}' },
    { part: 'html', source: '{{ appName }}', place: '{{ appName }}' },
    { part: 'html', source: '{{#name}}never closed', place: '{{#name}}' },
    { part: 'text', source: '{{/name}}', place: '{{/name}}' },
    { part: 'text', source: '{{#appName}}x{{/appName}}', place: '{{#appName}}' },
    { part: 'text', source: '{{#name}}{{appUlr}}{{/name}}', place: '{{appUlr}}' },
    { part: 'html', source: '{{}}', place: '{{}}' },
  ])('refuses $source when it is made, and names the place', ({ part, source, place }) => {
    expect(() => mailTemplate({ ...files, [part]: source }, values)).toThrow(
      `The mail's ${part} has the place ${place}; there are only appName, appUrl, name`,
    )
  })
})

describe('the welcome mail', () => {
  it('greets, names the application, and links nothing else', () => {
    const mail = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, values).render('Ann')
    expect(mail.text).toContain('Hello Ann,')
    expect(mail.html).toContain('>Hello Ann,<')
    expect(mail.html.match(/(?:href|src)="[^"]*"/g)).toEqual(['href="https://app.example.com/?a=1&amp;b=2"'])
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/\{\{|\}\}/)
  })
})
