import { describe, expect, it } from 'vitest'
import { codeLink } from '../../../src/shared/messages/code-link.ts'

describe('codeLink', () => {
  it.each([
    ['https://app.example.com', { before: 'https://app.example.com/?code=', after: '' }],
    ['https://app.example.com/confirm', { before: 'https://app.example.com/confirm?code=', after: '' }],
    ['https://app.example.com/confirm?lang=de#form', { before: 'https://app.example.com/confirm?lang=de&code=', after: '#form' }],
  ])('puts the code into the query of %s', (url, link) => {
    expect(codeLink(url)).toEqual(link)
  })

  it.each([
    [['http://app.example.com'], 'expected an address such as https://app.example.com/confirm'],
    [['javascript:alert(1)'], 'the address is "javascript:alert(1)"'],
    [['/confirm'], 'the address is "/confirm"'],
    [[undefined], 'the address is undefined'],
    [['https://app.example.com/?x={####}'], 'the address is "https://app.example.com/?x={####}"'],
    [['https://app.example.com/?code=1'], "the address has a query parameter 'code' already"],
  ])('throws a TypeError for %j', (args, message) => {
    const make = () => Reflect.apply(codeLink, undefined, args)
    expect(make).toThrow(TypeError)
    expect(make).toThrow(message)
  })
})
