import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isObject } from '../../shared/rules/invocation.ts'
import { UsageError } from '../lib/errors.ts'
import { tryParseJson } from '../lib/json.ts'
import { listReferencedFiles, openConfiguration, type Place } from './configuration-files.ts'
import { findProjectFolder } from './find-code.ts'
import { type FrameworkOptions, hasFramework, packageService } from './framework.ts'
import { readTemplateText } from './parse-yaml.ts'
import { findConfiguration, followManifest, isServerlessConfiguration, PROGRAM } from './project.ts'
import { createServerlessPlaceFinder } from './serverless-place.ts'
import { parseTemplate, type ResourcePath, readTemplate, type Template } from './template.ts'
import { readYaml } from './yaml-values.ts'

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

const PACKAGED = join('.serverless', 'cloudformation-template-update-stack.json')
// The name without a stage or purpose, such as serverless.yml, which the framework reads by default.
const DEFAULT_NAME = /^serverless\.[a-z]+$/
const STATE = join('.serverless', 'serverless-state.json')

/**
 * Reads a template, or the packaged template of a Serverless configuration.
 *
 * @param named The file to read; by default the configuration in the working folder.
 * @throws UsageError when the file is missing or cannot be read.
 */
export async function openSource(named: string | undefined, options: FrameworkOptions & { readonly working: string }): Promise<Source> {
  const { working } = options
  const path = await followManifest(resolve(working, named ?? (await findDefault(working))), options.onNote)
  const file = relative(working, path) || path
  const text = await readTemplateText(path, file)
  const isProgram = PROGRAM.test(path)
  const read = isProgram ? undefined : readYaml(file, text)
  if (read !== undefined && !isServerlessConfiguration(file, read)) {
    const template = parseTemplate(file, read)
    const place = ({ resource, path: inside }: ResourcePath): Place => ({ file, line: template.line(['Resources', resource, ...inside]) })
    return { template, file, folder: findProjectFolder(path), place }
  }
  const folder = dirname(path)
  const packaged = join(folder, PACKAGED)
  const shown = relative(working, packaged)
  // A program may import files that doctor does not know, so only the framework can tell that the package is current.
  const isCurrent = !(isProgram && hasFramework(folder)) && (await isFresh(packaged, path, text)) && (await isPackagedFrom(path))
  const template = isCurrent
    ? readTemplate(shown, await readTemplateText(packaged, shown))
    : readTemplate(`${file}, packaged`, await packageService(path, options))
  const inConfiguration = createServerlessPlaceFinder(await openConfiguration(path, working))
  return { template, file, folder, place: (property) => inConfiguration(property) ?? { file, line: undefined } }
}

async function findDefault(folder: string): Promise<string> {
  const found = await findConfiguration(folder)
  if (found === undefined)
    throw new UsageError('No configuration in this folder, such as serverless.yml or template.yaml. Expected: lifeguard doctor TEMPLATE')
  return found
}

/** Returns true if `.serverless/` was packaged from this configuration. Several configurations can share that folder. */
async function isPackagedFrom(path: string): Promise<boolean> {
  const state = await readFile(join(dirname(path), STATE), 'utf8').then(tryParseJson, () => undefined)
  const service = isObject(state) ? state.service : undefined
  const made = isObject(service) ? service.serviceFilename : undefined
  // Older versions of the framework do not write `serviceFilename`, so the default file name is assumed.
  return typeof made === 'string' ? made === basename(path) : DEFAULT_NAME.test(basename(path))
}

/** Returns true if the package is newer than the configuration and all included files. */
async function isFresh(packaged: string, path: string, text: string): Promise<boolean> {
  const made = await stat(packaged).catch(() => undefined)
  if (made === undefined) return false
  const written = await Promise.all([path, ...listReferencedFiles(text, dirname(path))].map((each) => stat(each).catch(() => undefined)))
  return written.every((each) => each === undefined || each.mtimeMs <= made.mtimeMs)
}
