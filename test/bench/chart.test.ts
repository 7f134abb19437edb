import { describe, expect, it } from 'vitest'
import { drawChart } from '../../bench/chart.ts'

const bar = { label: 'Lifeguard', ratio: 2, lower: 1.5, upper: 2.5, ours: true }
const chart = {
  title: 'Cold <start> & more',
  description: 'Lifeguard 2.00',
  groups: [{ title: 'Pre sign-up', bars: [bar, { ...bar, label: 'by hand', ratio: 1, lower: 1, upper: 1, ours: false }] }],
}
const svg = drawChart(chart)

/** What stands between the tags, in order. */
const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text)

describe('the chart', () => {
  it('says in words what it shows, for those who do not see it', () => {
    expect(svg).toMatch(/<svg [^>]*role="img" aria-labelledby="title desc">/)
    expect(svg).toContain('<title id="title">Cold &lt;start&gt; &amp; more</title>')
    expect(svg).toContain('<desc id="desc">Lifeguard 2.00</desc>')
  })

  it('keeps text as text, each bar with its label and its ratio', () => {
    expect(texts).toEqual(['Cold &lt;start&gt; &amp; more', 'Pre sign-up', 'Lifeguard', '2.00×', 'by hand', '1.00×'])
  })

  it('draws bars whose lengths are in the ratio of their figures', () => {
    const [ours, theirs] = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width))
    expect(Number(ours) / Number(theirs)).toBeCloseTo(2, 2)
  })

  it('stays within its frame', () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
    const ends = [...svg.matchAll(/<rect [^>]*x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]
    expect(ends).toHaveLength(2)
    for (const [, x, y, w, h] of ends) {
      expect(Number(x) + Number(w)).toBeLessThan(Number(width))
      expect(Number(y) + Number(h)).toBeLessThan(Number(height))
    }
  })

  it('has colours for light and for dark pages', () => {
    const [light = '', dark = ''] = svg.split('@media (prefers-color-scheme: dark)')
    for (const rule of ['text {', '.bar {', '.ours {', '.spread {']) {
      expect(light).toContain(rule)
      expect(dark).toContain(rule)
    }
  })

  it('marks the spread only where there is one', () => {
    expect(svg.match(/class="spread"/g)).toHaveLength(1)
  })
})
