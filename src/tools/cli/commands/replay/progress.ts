import type { Io } from '../../io.ts'

/** Tells how far a long command is, on standard error. */
export interface Progress {
  /** Something is done. */
  readonly done: () => void
  /** Takes the line away, so that something else can be written. */
  readonly clear: () => void
  readonly stop: () => void
}

const FIRST_AFTER_MS = 1000
const REDRAW_MS = 200
// Nobody watches a file or a CI log grow; it should not grow much.
const PLAIN_EVERY_MS = 10_000

/** Starts counting. On a terminal a line appears after a second; elsewhere there is one every ten seconds. */
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
