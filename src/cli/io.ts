import type { styleText } from 'node:util'

/** How text is shown: a colour or a weight. */
export type Style = Parameters<typeof styleText>[0]

/** What a command may use of the process. */
export interface Io {
  /** Writes to standard output; done when there is room for more. */
  readonly out: (text: string) => Promise<void>
  /** Writes to standard error. */
  readonly err: (text: string) => void
  /** Whether a person watches standard error. */
  readonly errIsTerminal: boolean
  /** Colours text for standard output, if that is a terminal. */
  readonly paint: (style: Style, text: string) => string
  /** Opens standard input. */
  readonly input: () => AsyncIterable<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working folder. */
  readonly folder: string
  /** Aborted when the command must end. */
  readonly signal: AbortSignal
}

/** Exit codes, as the help says them. */
export const EXIT = { fine: 0, unexpected: 1, usage: 2 } as const
