// Draws docs/images/*.svg from tables in docs/concepts.md and docs/architecture.md. Run this script after you change one of these tables.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TRIGGERS } from '../src/shared/cognito/triggers.ts'

const STYLE = `<style>
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .label { font-weight: 600 }
    .quiet { fill: #59636e }
    rect { fill: #eaeef2; stroke: #8c959f }
    .refusing { fill: #ffebe9; stroke: #cf222e }
    .working { fill: #dafbe1; stroke: #1a7f37 }
    .answering { fill: #ddf4ff; stroke: #0969da }
    path { stroke: #59636e; fill: none; marker-end: url(#arrow) }
    marker path { fill: #59636e; stroke: none; marker-end: none }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      .quiet { fill: #9198a1 }
      rect { fill: #212830; stroke: #656c76 }
      .refusing { fill: #3c1618; stroke: #f85149 }
      .working { fill: #12261e; stroke: #3fb950 }
      .answering { fill: #121d2f; stroke: #4493f8 }
      path { stroke: #9198a1 }
      marker path { fill: #9198a1 }
    }
  </style>
  <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>`

/** Returns the rows of the table with this header on a page. */
function readTable(page: string, header: string): readonly (readonly string[])[] {
  const [, after] = page.split(`| ${header} |\n`)
  if (after === undefined) throw new Error(`The page has no table with the header ${header}`)
  const [, ...rows] = /^(?:\|.*\n)+/.exec(after)?.[0].trimEnd().split('\n') ?? []
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function drawSvg(title: string, width: number, height: number, content: readonly string[]): string {
  const start = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`
  return `${start}\n  <title id="title">${title}</title>\n  ${STYLE}\n  <text class="title" x="0" y="20">${title}</text>\n${content.map((line) => `  ${line}\n`).join('')}</svg>\n`
}

/** The width of the labels on the left. */
const LABELS = 230

/** Draws the order in which Cognito calls the triggers for a user, from the table in docs/concepts.md. */
export function drawLifecycle(concepts: string): string {
  const rows = readTable(concepts, 'Moment | Triggers, in order').map(([moment = '', triggers = '']) => ({
    moment,
    triggers: triggers.split(', '),
  }))
  for (const name of rows.flatMap(({ triggers }) => triggers))
    if (!Object.hasOwn(TRIGGERS, name)) throw new Error(`${name} is not a trigger of Cognito`)
  const kinds = readTable(concepts, 'Kind | Triggers | Rules | If a rule has an error')
  const findKind = (name: string): string => {
    const [kind] = kinds.find(([, names = '']) => names.toLowerCase().replaceAll(/[- ]/g, '').split(',').includes(name.toLowerCase())) ?? []
    if (kind === undefined) throw new Error(`The table of kinds lacks ${name}`)
    if (kind === 'sender') return 'working'
    return /^(?:refusing|working) trigger$/.test(kind) ? kind.replace(' trigger', '') : 'answering'
  }
  let right = 0
  const lines = rows.flatMap(({ moment, triggers }, row) => {
    const y = 44 + row * 44
    let x = LABELS
    const boxes = triggers.flatMap((name, index) => {
      const width = Math.round(name.length * 7.6 + 22)
      const kind = findKind(name)
      const box = [
        ...(index === 0 ? [] : [`<path d="M${x - 22} ${y + 14}h18"/>`]),
        `<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="28" rx="4"/>`,
        `<text x="${x + width / 2}" y="${y + 18}" text-anchor="middle">${name}</text>`,
      ]
      x += width + 26
      right = Math.max(right, x - 26)
      return box
    })
    return [`<text class="label" x="0" y="${y + 18}">${moment}</text>`, ...boxes]
  })
  const y = 44 + rows.length * 44 + 10
  const legend = [
    ['refusing', 'may refuse the user'],
    ['working', 'has effects'],
    ['answering', 'answers Cognito'],
  ].flatMap(([kind = '', text = ''], index) => [
    `<rect class="${kind}" x="${LABELS + index * 180}" y="${y}" width="16" height="16" rx="3"/>`,
    `<text class="quiet" x="${LABELS + 22 + index * 180}" y="${y + 13}">${text}</text>`,
  ])
  return drawSvg('The triggers in the life of a user', right + 2, y + 30, [...lines, ...legend])
}

/** Draws the path of an event through a handler, from the table in docs/architecture.md. */
export function drawEventPath(architecture: string): string {
  const rows = readTable(architecture, 'Step | File | What happens')
  const lines = rows.flatMap(([step = '', file = ''], row) => {
    const y = 44 + row * 56
    return [
      ...(row === 0 ? [] : [`<path d="M100 ${y - 20}v17"/>`]),
      `<rect class="${step === 'Run the rules' ? 'working' : 'other'}" x="0" y="${y}" width="200" height="34" rx="4"/>`,
      `<text class="label" x="100" y="${y + 22}" text-anchor="middle">${step}</text>`,
      `<text class="quiet" x="220" y="${y + 22}">${file}</text>`,
    ]
  })
  return drawSvg('The path of an event through a handler', 480, 44 + rows.length * 56, lines)
}

if (import.meta.main) {
  const docs = resolve(import.meta.dirname, '../docs')
  await mkdir(join(docs, 'images'), { recursive: true })
  await writeFile(join(docs, 'images/lifecycle.svg'), drawLifecycle(await readFile(join(docs, 'concepts.md'), 'utf8')))
  await writeFile(join(docs, 'images/event-path.svg'), drawEventPath(await readFile(join(docs, 'architecture.md'), 'utf8')))
}
