/** Measured figures by name, one per round. */
export interface Series {
  readonly record: (name: string, figure: number) => void
  /** Returns the figures, or undefined if nothing was recorded under this name. */
  readonly find: (name: string) => readonly number[] | undefined
  /**
   * Returns the figures.
   *
   * @throws Error when nothing was recorded under this name.
   */
  readonly of: (name: string) => readonly number[]
}

/** Creates an empty collection of figures. */
export function createSeries(): Series {
  const all = new Map<string, number[]>()
  return {
    record: (name, figure) => void all.set(name, [...(all.get(name) ?? []), figure]),
    find: (name) => all.get(name),
    of: (name) => {
      const figures = all.get(name)
      if (figures === undefined) throw new Error(`${name} was not measured`)
      return figures
    },
  }
}
