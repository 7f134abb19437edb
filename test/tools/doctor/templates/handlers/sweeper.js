// Only the property by which doctor recognises the sweeper.
export const handler = Object.assign(async () => undefined, { sweepsEffectsOf: { name: 'chain', kind: 'chain' } })
