/** A group of bars with one scale. */
export interface BarGroup {
  readonly title: string
  readonly bars: readonly Bar[]
}

/** A bar: a ratio, with the quartiles around it. */
export interface Bar {
  readonly label: string
  readonly ratio: number
  readonly lower: number
  readonly upper: number
  /** True for Lifeguard's bar, which is highlighted. */
  readonly ours: boolean
}

/** A bar chart, with a description for screen readers. */
export interface Chart {
  readonly title: string
  readonly description: string
  readonly groups: readonly BarGroup[]
}

const WIDTH = 760
const LABEL_WIDTH = 250
const VALUE_WIDTH = 70
const BAR_HEIGHT = 18
const STEP = 28
const TITLE_STEP = 30
const TOP = 44

const STYLE = [
  '  <style>',
  '    text { font: 14px system-ui, sans-serif; fill: #1f2328 }',
  '    .title { font-size: 16px; font-weight: 600 }',
  '    .group { font-weight: 600 }',
  '    .bar { fill: #8c959f }',
  '    .ours { fill: #0969da }',
  '    .spread { stroke: #1f2328; stroke-width: 1.5 }',
  '    @media (prefers-color-scheme: dark) {',
  '      text { fill: #e6edf3 }',
  '      .bar { fill: #6e7681 }',
  '      .ours { fill: #4493f8 }',
  '      .spread { stroke: #e6edf3 }',
  '    }',
  '  </style>',
].join('\n')

/**
 * Draws horizontal bars as an SVG for light and dark pages. Each group of bars has its own scale. Title and description make the chart
 * accessible to screen readers.
 */
export function drawChart({ title, description, groups }: Chart): string {
  const parts: string[] = []
  let y = TOP
  for (const group of groups) {
    const longest = Math.max(...group.bars.map(({ upper }) => upper))
    const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest
    y += TITLE_STEP
    parts.push(`  <text class="group" x="0" y="${y - 10}">${escapeXml(group.title)}</text>`)
    for (const bar of group.bars) {
      parts.push(...drawBar(bar, y, scale))
      y += STEP
    }
  }
  const height = y + 10
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
  <title id="title">${escapeXml(title)}</title>
  <desc id="desc">${escapeXml(description)}</desc>
${STYLE}
  <text class="title" x="0" y="24">${escapeXml(title)}</text>
${parts.join('\n')}
</svg>
`
}

function drawBar({ label, ratio, lower, upper, ours }: Bar, y: number, scale: number): readonly string[] {
  const at = (figure: number): string => (LABEL_WIDTH + figure * scale).toFixed(1)
  const middle = y + BAR_HEIGHT / 2
  return [
    `  <text x="0" y="${middle + 5}">${escapeXml(label)}</text>`,
    `  <rect class="${ours ? 'ours' : 'bar'}" x="${LABEL_WIDTH}" y="${y}" width="${(ratio * scale).toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
    ...(lower === upper ? [] : [`  <path class="spread" d="M${at(lower)} ${middle}H${at(upper)}"/>`]),
    `  <text x="${(LABEL_WIDTH + upper * scale + 8).toFixed(1)}" y="${middle + 5}">${ratio.toFixed(2)}×</text>`,
  ]
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
