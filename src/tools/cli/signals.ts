/** The exit codes of a command that a signal ended: 128 and the number of the signal, as shells do. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
