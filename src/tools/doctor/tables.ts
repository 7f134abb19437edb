import { hasOpenAttributes, type Sure } from '../project/source-pool.ts'
import { isKnown, parseReference, toSymbolic, withoutNames } from '../project/symbolic.ts'
import { listTables, type Resource, type Template } from '../project/template.ts'
import { matchesGlob } from './glob.ts'

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const LONGEST_NAME = 255

/**
 * Finds the table that a setting names. Returns 'elsewhere' if the table is certainly not in the template, and 'unknown' if a
 * name is known only at deployment.
 */
export function findTable(template: Template, setting: string): Resource | 'elsewhere' | 'unknown' {
  const tables = listTables(template)
  const reference = parseReference(setting)
  const found = tables.find(({ id, properties }) => id === reference?.id || toSymbolic(properties.TableName) === setting)
  if (found !== undefined) return found
  const names = tables.map(({ properties }) => toSymbolic(properties.TableName))
  return isKnown(setting) && names.every((name) => name === undefined || isKnown(name)) ? 'elsewhere' : 'unknown'
}

/** Checks if a permission on these resources covers a table or, if `index` is set, that index of the table. */
export function judgeCoverage(template: Template, on: readonly string[], table: Resource, index?: string): Sure {
  const answers = on.map((resource) =>
    index === undefined ? judgeOneResource(template, resource, table) : coversIndex(template, resource, table, index),
  )
  return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
}

function judgeOneResource(template: Template, on: string, table: Resource): Sure {
  if (on === '*') return 'yes'
  const reference = parseReference(on)
  if (reference !== undefined) {
    if (reference.id === table.id) return 'yes'
    const found = template.resources.get(reference.id)
    return found === undefined || hasOpenAttributes(found) ? 'maybe' : 'no'
  }
  const [, name] = /:table\/([^/]+)$/.exec(on) ?? []
  if (name === undefined) return isKnown(on) && !on.endsWith('*') ? 'no' : judgeOtherResource(template, on, table)
  const own = toSymbolic(table.properties.TableName)
  if (name === own || parseReference(name)?.id === table.id) return 'yes'
  if (parseReference(name) !== undefined && template.resources.has(parseReference(name)?.id ?? '')) return 'no'
  if (!isKnown(name) || (own !== undefined && !isKnown(own))) return 'maybe'
  // Does not match a name above DynamoDB's maximum length, because matching could take long.
  if (own !== undefined && own.length > LONGEST_NAME) return 'maybe'
  return own !== undefined && matchesGlob(name, own) ? 'yes' : 'no'
}

/** A permission on a table does not cover the table's indexes, but a wildcard after `table/` covers tables and indexes. */
function coversIndex(template: Template, on: string, table: Resource, index: string): Sure {
  const [holder = '', pattern] = on.split('/index/')
  if (pattern === undefined)
    return on.endsWith('*') || judgeOneResource(template, on, table) === 'maybe' ? judgeOneResource(template, on, table) : 'no'
  if (!isKnown(pattern)) return judgeOneResource(template, holder, table) === 'no' ? 'no' : 'maybe'
  return matchesGlob(pattern, index) ? judgeOneResource(template, holder, table) : 'no'
}

/** Checks an ARN that does not end with a table name. A permission on an index or a stream does not cover the table. */
function judgeOtherResource(template: Template, on: string, table: Resource): Sure {
  const [, id = ''] = /^\$\{([\w/[\]-]+)[.}]/.exec(on) ?? []
  if (id === table.id) return 'no'
  if (template.resources.has(id) || /^arn:[^:]*:(?!dynamodb:)[a-z0-9-]+:/.test(withoutNames(on))) return 'no'
  return 'maybe'
}
