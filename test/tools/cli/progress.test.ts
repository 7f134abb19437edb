import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startProgress } from '../../../src/tools/cli/commands/replay/progress.ts'
import { type Line, renderRedrawn, toLineText } from '../../../src/tools/cli/io.ts'

/** Creates an Io that records what is written to standard error. */
function screen(errIsTerminal: boolean): {
  readonly written: string[]
  readonly io: Parameters<typeof startProgress>[0]
} {
  const written: string[] = []
  const err = (lines: readonly Line[]): void => void written.push(...lines.map(toLineText))
  return { written, io: { errIsTerminal, err, redraw: (text) => void written.push(renderRedrawn(text)) } }
}

it('shows a progress line on a terminal after a second, and erases the line at the end', async () => {
  const { written, io } = screen(true)
  const progress = startProgress(io)
  progress.done()
  progress.clear()
  expect(written).toEqual([])
  while (written.length === 0) await sleep(50)
  expect(written[0]).toBe('\r\u001b[2K1 event, 1 s')
  progress.stop()
  expect(written.at(-1)).toBe('\r\u001b[2K')
})

it('writes nothing for a short command if standard error is not a terminal', async () => {
  const { written, io } = screen(false)
  const progress = startProgress(io)
  await sleep(1300)
  progress.stop()
  expect(written).toEqual([])
})
