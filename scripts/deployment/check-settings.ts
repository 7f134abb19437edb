import { isAbsolute } from 'node:path'
import * as z from 'zod/mini'
import { isObject } from '../../src/shared/is-object.ts'
import { InvalidSettings, problem } from '../../src/shared/settings/read-settings.ts'
import { faultOfList } from './fault-of-list.ts'
import type { PackagedFunction } from './packaged.ts'
import type { PossibleEnvironment } from './possible-environments.ts'
import { type Reader, readers } from './readers.ts'
import { standIn } from './stand-in.ts'

/** What there is to say of a function's settings. What is about a variable begins with its name. */
export interface Checked {
  /** With any of these the function refuses to start. */
  readonly problems: readonly string[]
  /** What nobody can know before the deployment. */
  readonly unchecked: readonly string[]
}

/**
 * Checks a packaged function's settings with the schema of its trigger: what the function does itself when Lambda loads it, but
 * before anybody waits for it.
 *
 * @param service The folder of the service, with `dist/` in it.
 */
export function checkSettings(packaged: PackagedFunction, service: string): Checked {
  const [, folder = ''] = /^dist\/([\w-]+)\/handler\.\w+$/.exec(packaged.handler) ?? []
  const reader = readers.get(folder)
  if (reader === undefined) return { problems: [], unchecked: [`it runs ${packaged.handler}, which reads settings of its own`] }
  const checked = packaged.environments.map((environment) => ({
    when: environment.when,
    ...checkOne(reader, environment, (file) => faultOfList(file, packaged, service)),
  }))
  const problems = [...new Set(checked.flatMap((each) => each.problems))].map((text) => {
    const there = checked.filter((each) => each.problems.includes(text))
    return there.length === checked.length ? text : [text, ...(there[0]?.when ?? [])].join(', ')
  })
  return { problems, unchecked: [...new Set(checked.flatMap((each) => each.unchecked))] }
}

function checkOne(
  { schema, read }: Reader,
  { known, unknown }: PossibleEnvironment,
  listFault: (file: string) => string | undefined,
): Checked {
  const fields = Object.entries(schema instanceof z.core.$ZodObject ? schema._zod.def.shape : {})
  const isWrong = ([name, field]: (typeof fields)[number]): boolean => !z.safeParse(field, known[name] || undefined).success
  const instead = (names: typeof fields): Readonly<Record<string, string>> =>
    Object.fromEntries(names.map(([name, field]) => [name, standIn(name, field).text]))
  const open = fields.filter(([name]) => unknown.includes(name))
  const environment = { ...known, ...instead(open) }
  // A schema whose variables are wrong by themselves does not say which others they need.
  const mended = { ...environment, ...instead(fields.filter((field) => !open.includes(field) && isWrong(field))) }
  const lists = fields.flatMap(([name, field]) => {
    const { data } = z.safeParse(field, known[name])
    return isObject(data) && typeof data.file === 'string' ? [{ name, file: data.file }] : []
  })
  const faults = lists.flatMap(({ name, file }) => {
    const fault = isAbsolute(file) ? undefined : listFault(file)
    return fault === undefined ? [] : [problem(name, `a list in the function's zip, see docs/domain-lists.md (${fault})`, known)]
  })
  return {
    problems: [...problemsOf(() => read(environment)), ...problemsOf(() => read(mended)), ...faults],
    unchecked: [
      ...open.flatMap(([name, field]) => (standIn(name, field).anyText ? [] : [`${name} is known to CloudFormation alone`])),
      ...lists.flatMap(({ name, file }) => (isAbsolute(file) ? [`${name} names ${file}, which a layer has to bring`] : [])),
    ],
  }
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof InvalidSettings) return error.problems
    throw error
  }
}
