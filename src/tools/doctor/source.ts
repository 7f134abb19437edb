import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { tryParseJson } from '../lib/json.ts'
import { listReferencedFiles, openConfiguration } from './configuration-files.ts'
import { findProjectFolder } from './find-code.ts'
import type { Finding, Place } from './finding.ts'
import { type OslsOptions, packageService } from './package-service.ts'
import { readLimited } from './parse-yaml.ts'
import { createServerlessPlaceFinder } from './serverless-place.ts'
import { parseTemplate, readTemplate, type Template } from './template.ts'
import { type Read, readYaml } from './yaml-values.ts'

/** A template, and where a person finds what it says. */
export interface Source {
  readonly template: Template
  /** The file that a person wrote, or gave, relative to the working folder. */
  readonly file: string
  /** Of the project: handlers are relative to it. */
  readonly folder: string
  /** Where what a finding is about stands: in that file, or in one that it names. */
  readonly place: (finding: Finding) => Place
}

const CONFIGURATIONS = ['serverless.yml', 'serverless.yaml']
const NAMED_CONFIGURATION = /^serverless\.(?:ya?ml|json)$/
const PACKAGED = join('.serverless', 'cloudformation-template-update-stack.json')
const STATE = join('.serverless', 'serverless-state.json')

/**
 * Reads a template, or what a Serverless configuration makes.
 *
 * @param named What the caller named; the configuration in the working folder unless given.
 * @throws UsageError when there is none, or it cannot be read.
 */
export async function openSource(named: string | undefined, options: OslsOptions & { readonly working: string }): Promise<Source> {
  const { working } = options
  const path = resolve(working, named ?? (await findConfiguration(working)))
  const file = relative(working, path) || path
  const text = await readTemplateText(path, file)
  if (/^serverless\.[cm]?[jt]s$/.test(basename(path))) {
    throw new UsageError(`${file}: a program, which doctor does not run. Package it, and name the template: lifeguard doctor ${PACKAGED}`)
  }
  const read = readYaml(file, text)
  if (!isConfiguration(file, read)) {
    const template = parseTemplate(file, read)
    const place = ({ resource, path: inside }: Finding): Place => ({ file, line: template.line(['Resources', resource, ...inside]) })
    return { template, file, folder: findProjectFolder(path), place }
  }
  const folder = dirname(path)
  const packaged = join(folder, PACKAGED)
  const shown = relative(working, packaged)
  const template =
    (await isFresh(packaged, path, text)) && (await isPackagedFrom(path))
      ? readTemplate(shown, await readTemplateText(packaged, shown))
      : readTemplate(`${file}, packaged`, await packageService(path, options))
  const inConfiguration = createServerlessPlaceFinder(await openConfiguration(path, working))
  return { template, file, folder, place: (finding) => inConfiguration(finding) ?? { file, line: undefined } }
}

/** Whether a file configures the framework: by its name, or by what is in it, since `--config` takes any name. */
function isConfiguration(file: string, { value }: Read): boolean {
  if (isObject(value) && isObject(value.Resources)) return false
  return NAMED_CONFIGURATION.test(basename(file)) || (isObject(value) && 'service' in value && 'provider' in value)
}

/** Whether what lies in the folder of packages was made of a configuration: a folder can have several, which all package into it. */
async function isPackagedFrom(path: string): Promise<boolean> {
  const state = await readFile(join(dirname(path), STATE), 'utf8').then(tryParseJson, () => undefined)
  const service = isObject(state) ? state.service : undefined
  const made = isObject(service) ? service.serviceFilename : undefined
  // The framework has not always noted it.
  return typeof made === 'string' ? made === basename(path) : NAMED_CONFIGURATION.test(basename(path))
}

async function findConfiguration(folder: string): Promise<string> {
  for (const name of CONFIGURATIONS) {
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile()) return name
  }
  throw new UsageError('There is no serverless.yml in this folder. Name a template: lifeguard doctor template.json')
}

async function readTemplateText(path: string, shown: string): Promise<string> {
  return readLimited(path, shown).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof UsageError) throw error
    if (error.code === 'ENOENT') throw new UsageError(`${shown}: no such file`)
    throw new UsageError(`${shown}: ${error.code === 'EISDIR' ? 'a folder, not a file' : error.message}`)
  })
}

/** Whether the package is younger than the configuration and the files that this names. */
async function isFresh(packaged: string, path: string, text: string): Promise<boolean> {
  const made = await stat(packaged).catch(() => undefined)
  if (made === undefined) return false
  const written = await Promise.all([path, ...listReferencedFiles(text, dirname(path))].map((each) => stat(each).catch(() => undefined)))
  return written.every((each) => each === undefined || each.mtimeMs <= made.mtimeMs)
}
