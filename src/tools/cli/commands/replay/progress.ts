import type { Io } from '../../io.ts'

/** Shows the progress of a long command on standard error. */
export interface Progress {
  /** Counts one event. */
  readonly done: () => void
  /** Erases the progress line before other output. */
  readonly clear: () => void
  readonly stop: () => void
}

const FIRST_AFTER_MS = 1000
const REDRAW_MS = 200
// Output that is not a terminal, such as a CI log, gets a new line each time. With REDRAW_MS, it would get five lines a second.
const PLAIN_EVERY_MS = 10_000

/** Starts counting. A terminal shows a line after one second. Other output gets a line every ten seconds. */
export function startProgress(io: Pick<Io, 'err' | 'redraw' | 'errIsTerminal'>): Progress {
  const startedAt = performance.now()
  let count = 0
  let drawn = false
  const text = (): string =>
    `${count.toLocaleString('en')} ${count === 1 ? 'event' : 'events'}, ${Math.round((performance.now() - startedAt) / 1000)} s`
  const draw = (): void => {
    if (!io.errIsTerminal) io.err([text()])
    else if (performance.now() - startedAt >= FIRST_AFTER_MS) {
      io.redraw(text())
      drawn = true
    }
  }
  const clear = (): void => {
    if (drawn) io.redraw('')
    drawn = false
  }
  const timer = setInterval(draw, io.errIsTerminal ? REDRAW_MS : PLAIN_EVERY_MS)
  return {
    done: () => {
      count += 1
    },
    clear,
    stop: () => {
      clearInterval(timer)
      clear()
    },
  }
}
