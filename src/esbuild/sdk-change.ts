/** A change to a file of the AWS SDK. */
export interface SdkChange {
  /** The file's path below `node_modules`. `*` matches any characters except a slash. */
  readonly file: string
  /** The clients that always bring the file into a bundle. If such a client is bundled without the file, the build fails. */
  readonly of: 'every client' | 'client-dynamodb' | 'some clients'
  /** Returns the changed source, or undefined if the source differs from the expected one. */
  readonly apply: (source: string) => string | undefined
}

/** Returns a change that replaces a whole module, if the module exports exactly these names. */
export function replaceModule(names: readonly string[], replacement: string): SdkChange['apply'] {
  return (source) => {
    const found = listExports(source).toSorted().join()
    return found === names.toSorted().join() ? replacement : undefined
  }
}

/** Returns a change that replaces a string in a module, if the string occurs exactly once. */
export function editModule(text: string, replacement: string): SdkChange['apply'] {
  return (source) => {
    const parts = source.split(text)
    return parts.length === 2 ? parts.join(replacement) : undefined
  }
}

/** Returns a change that applies two changes, one after the other. */
export function applyBoth(first: SdkChange['apply'], second: SdkChange['apply']): SdkChange['apply'] {
  return (source) => {
    const changed = first(source)
    return changed === undefined ? undefined : second(changed)
  }
}

/** Lists the names that an SDK module exports, by declaration or by `export { ... }`. */
function listExports(source: string): readonly string[] {
  const declared = [...source.matchAll(/\bexport (?:const|let|class|(?:async )?function\*?) ([\w$]+)/gm)].map(([, name = '']) => name)
  const listed = [...source.matchAll(/\bexport \{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').flatMap((each) => each.trim().match(/[\w$]+$/)?.[0] ?? []),
  )
  return [...declared, ...listed]
}
