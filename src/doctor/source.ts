import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { isRecord } from '../replay/handler-log.ts'
import { UsageError } from '../replay/usage-error.ts'
import { projectFolder } from './find-code.ts'
import type { Finding } from './finding.ts'
import { type OslsOptions, packageService } from './package-service.ts'
import { serverlessLine } from './serverless-line.ts'
import { readTemplate, type Template } from './template.ts'
import { readYaml } from './yaml-values.ts'

/** A template, and where a person finds what it says. */
export interface Source {
  readonly template: Template
  /** The file that a person wrote, or gave, relative to the working folder. */
  readonly file: string
  /** Of the project: handlers are relative to it. */
  readonly folder: string
  /** The line of what a finding is about, where the file has it. */
  readonly line: (finding: Finding) => number | undefined
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
  const path = resolve(working, named ?? (await configurationIn(working)))
  const file = relative(working, path) || path
  const text = await textOf(path, file)
  if (/^serverless\.[cm]?[jt]s$/.test(basename(path))) {
    throw new UsageError(`${file}: a program, which doctor does not run. Package it, and name the template: lifeguard doctor ${PACKAGED}`)
  }
  if (!isConfiguration(file, text)) {
    const template = readTemplate(file, text)
    const line = ({ resource, path: inside }: Finding): number | undefined => template.line(['Resources', resource, ...inside])
    return { template, file, folder: projectFolder(path), line }
  }
  const folder = dirname(path)
  const packaged = join(folder, PACKAGED)
  const shown = relative(working, packaged)
  const template =
    (await isFresh(packaged, path, text)) && (await isPackageOf(path))
      ? readTemplate(shown, await textOf(packaged, shown))
      : readTemplate(`${file}, packaged`, await packageService(path, options))
  return { template, file, folder, line: serverlessLine(readYaml(file, text)) }
}

/** Whether a file configures the framework: by its name, or by what is in it, since `--config` takes any name. */
function isConfiguration(file: string, text: string): boolean {
  const { value } = readYaml(file, text)
  if (isRecord(value) && isRecord(value.Resources)) return false
  return NAMED_CONFIGURATION.test(basename(file)) || (isRecord(value) && 'service' in value && 'provider' in value)
}

/** Whether what lies in the folder of packages was made of a configuration: a folder can have several, which all package into it. */
async function isPackageOf(path: string): Promise<boolean> {
  const state = await readFile(join(dirname(path), STATE), 'utf8').then(parsed, () => undefined)
  const service = isRecord(state) ? state.service : undefined
  const made = isRecord(service) ? service.serviceFilename : undefined
  // The framework has not always noted it.
  return typeof made === 'string' ? made === basename(path) : NAMED_CONFIGURATION.test(basename(path))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function configurationIn(folder: string): Promise<string> {
  for (const name of CONFIGURATIONS) {
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile()) return name
  }
  throw new UsageError('There is no serverless.yml in this folder. Name a template: lifeguard doctor template.json')
}

async function textOf(path: string, shown: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new UsageError(`${shown}: no such file`)
    throw new UsageError(`${shown}: ${error.code === 'EISDIR' ? 'a folder, not a file' : error.message}`)
  })
}

/** Whether the package is younger than the configuration and the files that this names. */
async function isFresh(packaged: string, path: string, text: string): Promise<boolean> {
  const made = await stat(packaged).catch(() => undefined)
  if (made === undefined) return false
  const named = [...text.matchAll(/\$\{file\(([^)]+)\)/g)].map(([, name = '']) => resolve(dirname(path), name.trim()))
  const written = await Promise.all([path, ...named].map((each) => stat(each).catch(() => undefined)))
  return written.every((each) => each === undefined || each.mtimeMs <= made.mtimeMs)
}
