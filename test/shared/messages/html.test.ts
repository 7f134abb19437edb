import { describe, expect, it } from 'vitest'
import { findMarkupFault, readHtml } from '../../../src/shared/messages/html.ts'

describe('findMarkupFault', () => {
  it.each([
    '<p>{{code}}</p>',
    '<a href="{{link}}">x</a>',
    '<a href=\'{{link}}\' title = "a > b {{name}}">x</a>',
    '<!-- {{code}} <p title={{name}}> -->',
    '<!doctype html><style>a { b: c }</style>',
    '1 < 2 {{code}}',
  ])('accepts %s', (html) => {
    expect(findMarkupFault(readHtml(html))).toBeUndefined()
  })

  it.each([
    ['<a href={{link}}>x</a>', 'a placeholder is inside a tag without quotes around it: <a href={{link}}>'],
    [
      '<A HREF=x{{link}} title="{{name}}">x</A>',
      'a placeholder is inside a tag without quotes around it: <A HREF=x{{link}} title="{{name}}">',
    ],
    ['<{{name}}>', 'a placeholder is inside a tag without quotes around it: <{{name}}>'],
    ['<p {{name}}>', 'a placeholder is inside a tag without quotes around it: <p {{name}}>'],
    ['<style>a{color:{{name}}}</style>', 'a placeholder is inside <style>'],
    ['<SCRIPT>\n{{code}}</SCRIPT >', 'a placeholder is inside <script>'],
    ['<p>{{code}}</p', 'a tag is not closed: </p'],
    [`<a href="x>{{code}}</a>${'y'.repeat(80)}`, `a tag is not closed: <a href="x>{{code}}${'y'.repeat(40)}…`],
  ])('reports %s: %s', (html, fault) => {
    expect(findMarkupFault(readHtml(html))).toBe(fault)
  })
})

describe('readHtml', () => {
  it('joins text across inline tags, and separates it at other tags', () => {
    expect(readHtml('<p><b title="a > b">{{code}}</b>.</p><br/>x<!-- y --><blockquote>z').visible).toBe(' {{code}}.  x  z')
  })

  it('lists tags and comments', () => {
    expect(readHtml('<p title="x">y<!-- z --></p>').markup).toEqual(['<p title="x">', '<!-- z -->', '</p>'])
  })
})
