import { describe, expect, it } from 'vitest'
import { drawChart } from '../../bench/chart.ts'

const bar = { label: 'Lifeguard', ratio: 2, lower: 1.5, upper: 2.5, ours: true }
const chart = {
  title: 'Cold <start> & more',
  description: 'Lifeguard 2.00',
  groups: [{ title: 'Pre sign-up', bars: [bar, { ...bar, label: 'by hand', ratio: 1, lower: 1, upper: 1, ours: false }] }],
}
const svg = drawChart(chart)

/** The text elements of the chart, in document order. */
const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)

describe('drawChart', () => {
  it('adds a title and a description for screen readers', () => {
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="title desc">/)
    expect(svg).toContain('<title id="title">Cold &lt;start&gt; &amp; more</title>')
    expect(svg).toContain('<desc id="desc">Lifeguard 2.00</desc>')
  })

  it('writes the label and the ratio of each bar as text', () => {
    expect(texts).toEqual(['Cold &lt;start&gt; &amp; more', 'Pre sign-up', 'Lifeguard', '2.00×', 'by hand', '1.00×'])
  })

  it('draws bars with lengths proportional to their figures', () => {
    const [ours, theirs] = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(Number(ours) / Number(theirs)).toBeCloseTo(2, 2)
  })

  it('draws all bars within the view box', () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
    const ends = [...svg.matchAll(/<rect [^>]*x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]
    expect(ends).toHaveLength(2)
    for (const [, x, y, w, h] of ends) {
      expect(Number(x) + Number(w)).toBeLessThan(Number(width))
      expect(Number(y) + Number(h)).toBeLessThan(Number(height))
    }
  })

  it('sets colours for light and dark pages', () => {
    const [light = '', dark = ''] = svg.split('@media (prefers-color-scheme: dark)')
    for (const rule of ['text {', '.bar {', '.ours {', '.spread {']) {
      expect(light).toContain(rule)
      expect(dark).toContain(rule)
    }
  })

  it('draws the quartiles only for a bar with different quartiles', () => {
    expect(svg.match(/class="spread"/g)).toHaveLength(1)
  })
})
