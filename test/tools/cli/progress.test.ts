import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { startProgress } from '../../../src/tools/cli/commands/replay/progress.ts'
import { type Line, renderRedrawn, toLineText } from '../../../src/tools/cli/io.ts'

/** What is written to a standard error that is or is not a terminal. */
function screen(errIsTerminal: boolean): {
  readonly written: string[]
  readonly io: Parameters<typeof startProgress>[0]
} {
  const written: string[] = []
  const err = (lines: readonly Line[]): void => void written.push(...lines.map(toLineText))
  return { written, io: { errIsTerminal, err, redraw: (text) => void written.push(renderRedrawn(text)) } }
}

it('shows a line on a terminal once it takes longer than a second, and takes it away again', async () => {
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

it('writes nothing for a short command where nobody watches', async () => {
  const { written, io } = screen(false)
  const progress = startProgress(io)
  await sleep(1300)
  progress.stop()
  expect(written).toEqual([])
})
