import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleEvents } from '../sample-events.ts'
import { findFolder } from '../triggers.ts'
import { own } from './fuzz-oracle.ts'

/** An event to begin with. */
export interface SourceEvent {
  /** Whose event it is; undefined for triggers without a handler. */
  readonly folder: string | undefined
  readonly text: string
}

/** The project's own events and those below a folder, if one is given; what is no JSON object there is left out. */
export function sourceEvents(corpus: string | undefined): readonly SourceEvent[] {
  const samples = sampleEvents().map(({ folder, raw }) => ({ folder, text: JSON.stringify(raw) }))
  if (!corpus) return samples
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  return [...samples, ...files.sort().flatMap((file) => parseSource(readFileSync(join(corpus, file), 'utf8')))]
}

function parseSource(text: string): readonly SourceEvent[] {
  try {
    const source = own(JSON.parse(text), 'triggerSource')
    return typeof source === 'string' ? [{ folder: findFolder(source), text }] : []
  } catch {
    return []
  }
}
