/** Sentences that scripts/check-text.ts ignores, with the reason. At most 20. */
export const EXCEPTIONS: readonly { readonly path: string; readonly text: string; readonly reason: string }[] = [
  { path: 'test/tools/cli/explain.test.ts', text: '├─ when', reason: 'a tree that lifeguard explain prints, and not a sentence' },
]
