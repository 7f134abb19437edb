/** Sentences that the text check passes over, and why. At most 20. */
export const EXCEPTIONS: readonly { readonly path: string; readonly text: string; readonly reason: string }[] = []
