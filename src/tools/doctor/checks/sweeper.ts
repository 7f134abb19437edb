import type { Finding, Judged } from '../finding.ts'
import { isSweeper, type Subject } from '../loaded.ts'

// Below these the sweeper begins nothing.
const SECONDS = 8
// Lambda's own.
const DEFAULT_SECONDS = 3

/** LG106: a sweeper that is given no time to sweep. */
export function checkSweeper({ template, codes }: Subject): Judged {
  const findings = [...codes].flatMap(([id, { text }]): readonly Finding[] => {
    const timeout = template.resources.get(id)?.properties.Timeout ?? DEFAULT_SECONDS
    // What only the deployment decides is no number.
    if (!isSweeper(text ?? '') || !(Number(timeout) <= SECONDS)) return []
    return [{ code: 'LG106', resource: id, path: ['Properties', 'Timeout'], message: `${id} sweeps, and may run for ${timeout} seconds` }]
  })
  return { findings, unknown: [] }
}
