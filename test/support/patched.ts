import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { examine } from '../../src/tools/doctor/examine.ts'
import type { Judged } from '../../src/tools/doctor/finding.ts'
import { loadCode } from '../../src/tools/doctor/load-code.ts'
import { loadExport, type Ready } from '../../src/tools/doctor/load-export.ts'
import { readTemplate } from '../../src/tools/project/template.ts'

/** The folder with the templates for doctor's tests, and with their handlers. */
export const TEMPLATES: string = resolve('test/tools/doctor/templates')

/** Returns a template's text with changes below `Resources`. The value undefined removes the path. */
export async function patchTemplate(base: string, change: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const text = await readFile(join(TEMPLATES, base), 'utf8')
  if (Object.keys(change).length === 0) return text
  const document = parseDocument(text, { logLevel: 'silent' })
  for (const [path, value] of Object.entries(change)) {
    const steps = ['Resources', ...path.split('.')].map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    if (value !== undefined) document.setIn(steps, document.createNode(value))
    else if (!document.deleteIn(steps)) throw new Error(`${base} has no ${path} to remove`)
  }
  return document.toString()
}

const loaded = new Map<string, Ready>()

/** Loads a handler once for each set of variables, because most changes of a template do not change its handlers. */
export const loadHandler: typeof loadExport = async (found, environment) => {
  const key = JSON.stringify([found, environment.variables])
  const reply = loaded.get(key) ?? (await loadExport(found, environment))
  // The report of a handler that does not start depends on the template too.
  if (reply.kind === 'ready') loaded.set(key, reply)
  return reply
}

/** Runs doctor on a template's text, with the handlers of the templates' folder and a fixed date in 2026. */
export async function examineText(text: string): Promise<Judged> {
  const template = readTemplate('template', text)
  const codes = await loadCode(template, { folder: TEMPLATES, load: true, loadHandler })
  return examine({ template, codes, today: new Date('2026-12-01') })
}
