/**
 * Formats domains for the lists in `src/rules/lists`: one group for each top-level domain, such as `;com a b ;net c ;`. The rule finds
 * its group and then the name, without reading the list into memory.
 *
 * @param domains Normalised domains.
 * @example
 * formatKeptDomains(['b.com', 'a.com', 'c.net']) // ';com a b ;net c ;'
 */
export function formatKeptDomains(domains: readonly string[]): string {
  const groups = new Map<string, string[]>()
  for (const domain of [...new Set(domains)].sort()) {
    const dot = domain.lastIndexOf('.')
    const topLevel = domain.slice(dot + 1)
    groups.set(topLevel, [...(groups.get(topLevel) ?? []), domain.slice(0, dot)])
  }
  return `;${[...groups].map(([topLevel, names]) => `${topLevel} ${names.join(' ')} ;`).join('')}`
}

/** Reads what {@link formatKeptDomains} wrote. */
export function parseKeptDomains(text: string): readonly string[] {
  return text
    .split(';')
    .slice(1, -1)
    .flatMap((group) => {
      const [topLevel, ...names] = group.trimEnd().split(' ')
      return names.map((name) => `${name}.${topLevel}`)
    })
}
