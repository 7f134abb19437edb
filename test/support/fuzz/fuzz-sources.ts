import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTrigger, type TriggerName } from '../../../src/shared/cognito/triggers.ts'
import { sampleEvents } from '../sample-events.ts'
import { own } from './fuzz-oracle.ts'

/** An event from which the fuzzer starts. */
export interface SourceEvent {
  /** The trigger of the event's source. Undefined for an unknown source. */
  readonly trigger: TriggerName | undefined
  readonly text: string
}

/** Returns the sample events and the events below the corpus folder, if given. Skips files without an event. */
export function sourceEvents(corpus: string | undefined): readonly SourceEvent[] {
  const samples = sampleEvents().map(({ event, raw }) => ({ trigger: findTrigger(event.triggerSource), text: JSON.stringify(raw) }))
  if (!corpus) return samples
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
  return [...samples, ...files.sort().flatMap((file) => parseSource(readFileSync(join(corpus, file), 'utf8')))]
}

function parseSource(text: string): readonly SourceEvent[] {
  try {
    const source = own(JSON.parse(text), 'triggerSource')
    return typeof source === 'string' ? [{ trigger: findTrigger(source), text }] : []
  } catch {
    return []
  }
}
