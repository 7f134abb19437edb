// As much of the sweeper as its bundle has of words.
export const handler = Object.assign(async () => undefined, { sweepsEffectsOf: { name: 'chain', kind: 'chain' } })
