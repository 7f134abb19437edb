import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { tryParseJson } from '../lib/json.ts'
import { listReferencedFiles, openConfiguration, type Place } from './configuration-files.ts'
import { findProjectFolder } from './find-code.ts'
import { type OslsOptions, packageService } from './package-service.ts'
import { readLimited } from './parse-yaml.ts'
import { createServerlessPlaceFinder } from './serverless-place.ts'
import { parseTemplate, type ResourcePath, readTemplate, type Template } from './template.ts'
import { type Read, readYaml } from './yaml-values.ts'

/** A template, with its file and project folder. */
export interface Source {
  readonly template: Template
  /** The template or configuration, relative to the working folder. */
  readonly file: string
  /** The project folder. Handler paths are relative to it. */
  readonly folder: string
  /** Returns the place of a resource's property: in `file`, or in a file that `file` includes. */
  readonly place: (property: ResourcePath) => Place
}

const CONFIGURATIONS = ['serverless.yml', 'serverless.yaml']
const NAMED_CONFIGURATION = /^serverless\.(?:ya?ml|json)$/
const PACKAGED = join('.serverless', 'cloudformation-template-update-stack.json')
const STATE = join('.serverless', 'serverless-state.json')

/**
 * Reads a template, or the packaged template of a Serverless configuration.
 *
 * @param named The file to read; by default the configuration in the working folder.
 * @throws UsageError when the file is missing or cannot be read.
 */
export async function openSource(named: string | undefined, options: OslsOptions & { readonly working: string }): Promise<Source> {
  const { working } = options
  const path = resolve(working, named ?? (await findConfiguration(working)))
  const file = relative(working, path) || path
  const text = await readTemplateText(path, file)
  if (/^serverless\.[cm]?[jt]s$/.test(basename(path))) {
    throw new UsageError(`${file}: doctor does not run configuration programs. Package the service, then run: lifeguard doctor ${PACKAGED}`)
  }
  const read = readYaml(file, text)
  if (!isConfiguration(file, read)) {
    const template = parseTemplate(file, read)
    const place = ({ resource, path: inside }: ResourcePath): Place => ({ file, line: template.line(['Resources', resource, ...inside]) })
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
  return { template, file, folder, place: (property) => inConfiguration(property) ?? { file, line: undefined } }
}

/** Returns true for a Serverless configuration. Checks the content too, because `--config` accepts any file name. */
function isConfiguration(file: string, { value }: Read): boolean {
  if (isObject(value) && isObject(value.Resources)) return false
  return NAMED_CONFIGURATION.test(basename(file)) || (isObject(value) && 'service' in value && 'provider' in value)
}

/** Returns true if `.serverless/` was packaged from this configuration. Several configurations can share that folder. */
async function isPackagedFrom(path: string): Promise<boolean> {
  const state = await readFile(join(dirname(path), STATE), 'utf8').then(tryParseJson, () => undefined)
  const service = isObject(state) ? state.service : undefined
  const made = isObject(service) ? service.serviceFilename : undefined
  // Older versions of the framework do not write `serviceFilename`, so the default file name is assumed.
  return typeof made === 'string' ? made === basename(path) : NAMED_CONFIGURATION.test(basename(path))
}

async function findConfiguration(folder: string): Promise<string> {
  for (const name of CONFIGURATIONS) {
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile()) return name
  }
  throw new UsageError('No serverless.yml in this folder. Expected: lifeguard doctor TEMPLATE')
}

async function readTemplateText(path: string, shown: string): Promise<string> {
  return readLimited(path, shown).catch((error: NodeJS.ErrnoException) => {
    if (error instanceof UsageError) throw error
    if (error.code === 'ENOENT') throw new UsageError(`${shown}: no such file`)
    throw new UsageError(`${shown}: ${error.code === 'EISDIR' ? 'is a folder, not a file' : error.message}`)
  })
}

/** Returns true if the package is newer than the configuration and all included files. */
async function isFresh(packaged: string, path: string, text: string): Promise<boolean> {
  const made = await stat(packaged).catch(() => undefined)
  if (made === undefined) return false
  const written = await Promise.all([path, ...listReferencedFiles(text, dirname(path))].map((each) => stat(each).catch(() => undefined)))
  return written.every((each) => each === undefined || each.mtimeMs <= made.mtimeMs)
}
