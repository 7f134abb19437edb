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
  it('fills in the placeholders', () => {
    expect(mailTemplate(files, values).render({ name: 'Ann', attributes: {} })).toEqual({
      subject: 'Welcome to Example',
      text: 'Hello Ann: https://app.example.com/?a=1&b=2',
      html: '<p>Example, Ann</p>',
    })
  })

  it('leaves out the name section if the user has no name', () => {
    expect(mailTemplate(files, values).render({ name: undefined, attributes: {} })).toMatchObject({
      text: 'Hello: https://app.example.com/?a=1&b=2',
      html: '<p>Example, </p>',
    })
  })

  it('escapes values only in the HTML part', () => {
    const template = mailTemplate({ subject: '{{v}}', text: '{{v}}', html: '<a href="{{v}}">{{v}}</a>{{name}}' }, { v: `<&>"'` })
    expect(template.render({ name: `<b>'"&`, attributes: {} })).toEqual({
      subject: `<&>"'`,
      text: `<&>"'`,
      html: '<a href="&lt;&amp;&gt;&quot;&apos;">&lt;&amp;&gt;&quot;&apos;</a>&lt;b&gt;&apos;&quot;&amp;',
    })
  })

  it('inserts values literally, even if they look like placeholders or patterns', () => {
    const template = mailTemplate({ subject: '{{v}} {{name}}', text: '{{v}}', html: '{{v}}' }, { v: '{{name}} $& $1 {{#name}}x{{/name}}' })
    expect(template.render({ name: '{{v}}', attributes: {} })).toMatchObject({
      subject: '{{name}} $& $1 {{#name}}x{{/name}} {{v}}',
      text: '{{name}} $& $1 {{#name}}x{{/name}}',
    })
  })

  it('removes line breaks from the subject, where they could inject a header', () => {
    const template = mailTemplate(
      { subject: '\nWelcome to {{v}}, {{name}}\n', text: '{{v}}', html: '' },
      { v: 'Example\r\nBcc: eve@evil.com' },
    )
    expect(template.render({ name: 'Ann\u2028Bob\0', attributes: {} })).toMatchObject({
      subject: 'Welcome to Example Bcc: eve@evil.com, Ann Bob',
      text: 'Example\r\nBcc: eve@evil.com',
    })
  })

  it('fills in several name sections, also a section that spans lines', () => {
    const template = mailTemplate({ subject: '', text: 'a{{#name}}1\n{{/name}}b{{#name}}2{{/name}}c', html: '' }, {})
    expect(template.render({ name: 'Ann', attributes: {} }).text).toBe('a1\nb2c')
    expect(template.render({ name: undefined, attributes: {} }).text).toBe('abc')
  })

  it.each([
    { part: 'subject', source: 'Hello {{nmae}}', placeholder: '{{nmae}}' },
    { part: 'text', source: '{{constructor}}', placeholder: '{{constructor}}' },
    { part: 'html', source: '{{ appName }}', placeholder: '{{ appName }}' },
    { part: 'html', source: '{{#name}}never closed', placeholder: '{{#name}}' },
    { part: 'text', source: '{{/name}}', placeholder: '{{/name}}' },
    { part: 'text', source: '{{#appName}}x{{/appName}}', placeholder: '{{#appName}}' },
    { part: 'text', source: '{{#name}}{{appUlr}}{{/name}}', placeholder: '{{appUlr}}' },
    { part: 'html', source: '{{}}', placeholder: '{{}}' },
  ])('throws for the unknown placeholder in $source when the template is made', ({ part, source, placeholder }) => {
    expect(() => mailTemplate({ ...files, [part]: source }, values)).toThrow(
      `Unknown placeholder ${placeholder} in the email's ${part}; expected appName, appUrl, name`,
    )
  })
})

describe('the welcome email', () => {
  it('greets the user by name, and has no link except to the application', () => {
    const mail = mailTemplate({ subject: 'Welcome to {{appName}}', text, html }, values).render({ name: 'Ann', attributes: {} })
    expect(mail.text).toContain('Hello Ann,')
    expect(mail.html).toContain('>Hello Ann,<')
    expect(mail.html.match(/(?:href|src)="[^"]*"/g)).toEqual(['href="https://app.example.com/?a=1&amp;b=2"'])
    expect(`${mail.subject}${mail.text}${mail.html}`).not.toMatch(/\{\{|\}\}/)
  })
})
