/** A change to a file of the AWS SDK. */
export interface SdkChange {
  /** Its path below `node_modules`; `*` stands for any characters but a slash. */
  readonly file: string
  /** What always brings the file into a bundle: when it did not, the SDK is built otherwise than is known here. */
  readonly of: 'every client' | 'client-dynamodb' | 'some clients'
  /** Undefined where the file is not the one that is known. */
  readonly apply: (source: string) => string | undefined
}

/** Puts another module in the place of one that exports just these names. */
export function replaceModule(names: readonly string[], replacement: string): SdkChange['apply'] {
  return (source) => {
    const found = listExports(source).toSorted().join()
    return found === names.toSorted().join() ? replacement : undefined
  }
}

/** Replaces a text that occurs once. */
export function editModule(text: string, replacement: string): SdkChange['apply'] {
  return (source) => {
    const parts = source.split(text)
    return parts.length === 2 ? parts.join(replacement) : undefined
  }
}

/** One change after the other. */
export function applyBoth(first: SdkChange['apply'], second: SdkChange['apply']): SdkChange['apply'] {
  return (source) => {
    const changed = first(source)
    return changed === undefined ? undefined : second(changed)
  }
}

/** The names that a module of the SDK exports, which are written in two ways there. */
function listExports(source: string): readonly string[] {
  const declared = [...source.matchAll(/\bexport (?:const|let|class|(?:async )?function\*?) ([\w$]+)/gm)].map(([, name = '']) => name)
  const listed = [...source.matchAll(/\bexport \{([^}]*)\}/gm)].flatMap(([, list = '']) =>
    list.split(',').flatMap((each) => each.trim().match(/[\w$]+$/)?.[0] ?? []),
  )
  return [...declared, ...listed]
}
