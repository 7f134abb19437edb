/** A list of domains that `lifeguard domains build` made: Lambda's environment variables hold 4 kB in all. */
export interface DomainFile {
  /** Its path, from the folder of the function's bundle on unless it is absolute, as that of a layer is. */
  readonly file: string
}

/** Domains as a setting names them. */
export type DomainsSetting = readonly string[] | DomainFile

const PREFIX = '@file:'

/** The file that a setting names, if it names one: no domain has an `@` in it. */
export function fileNamed(value: string): string | undefined {
  const text = value.trim()
  // A comma would be a second entry, and a list of domains is the whole of a setting or nothing of it.
  const named = text.startsWith(PREFIX) && text.length > PREFIX.length && !text.includes(',')
  return named ? text.slice(PREFIX.length) : undefined
}
