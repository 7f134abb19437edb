import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Built, copyBuild, repository } from '../built.ts'
import { DEPLOYED } from '../triggers.ts'

/** A deployment package that was made offline in a temporary folder. */
export interface Deployment {
  /** The folder in which the framework runs. It contains only the Serverless configurations and the built handlers. */
  readonly folder: string
  readonly template: Template
  readonly zip: (functionName: string) => Promise<Buffer>
  readonly remove: () => Promise<void>
}

/** The parts of a CloudFormation template that the tests read. */
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Conditions?: unknown
  readonly Outputs?: unknown
}

export interface Resource {
  readonly Type: string
  readonly DependsOn?: string | readonly string[]
  // biome-ignore lint/suspicious/noExplicitAny: each resource type has different properties, and tests compare them
  readonly Properties: any
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
  readonly Condition?: string
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Creates a folder with the built handlers and the Serverless configurations. */
export async function serviceFolder(): Promise<Built> {
  const built = await copyBuild()
  await layOut(built.folder)
  return built
}

/** Copies the Serverless configurations into a folder. */
export async function layOut(folder: string): Promise<void> {
  for (const path of ['serverless.yml', 'serverless.existing-pool.yml', 'deploy'])
    await cp(join(repository, path), join(folder, path), { recursive: true })
}

/** Copies the Serverless configurations, and writes empty handlers for tests that never run them. */
export async function layOutIdle(folder: string): Promise<void> {
  await layOut(folder)
  for (const each of DEPLOYED) {
    await mkdir(join(folder, 'dist', each), { recursive: true })
    await writeFile(join(folder, 'dist', each, 'handler.js'), 'export const handler = () => {}\n')
  }
}

/** Makes the deployment package of built handlers. */
export async function makeDeployment({ folder, remove }: Built): Promise<Deployment> {
  await layOut(folder)
  return { ...(await packageService(folder)), folder, remove }
}

/**
 * Makes the deployment package of a folder that contains the service.
 *
 * @param args More arguments for the framework, such as `--stage`.
 */
export async function packageService(
  folder: string,
  params: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Pick<Deployment, 'template' | 'zip'>> {
  const packaged = await mkdtemp(join(folder, 'packaged-'))
  const given = [...args, ...params.map((param) => `--param=${param}`)]
  const { code, stdout, stderr } = await osls(folder, ['package', '--package', packaged, ...given])
  if (code !== 0) throw new Error(`osls package failed:\n${stdout}${stderr}`)
  return {
    template: JSON.parse(await readFile(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8')),
    zip: (functionName) => readFile(join(packaged, `${functionName}.zip`)),
  }
}

/** Runs the Serverless Framework without AWS credentials, even if the shell has some. */
export function osls(folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return runOffline(join(repository, 'node_modules/osls/bin/serverless.js'), folder, args, environment)
}

/** Runs a Node program in a folder, without AWS credentials. */
export function runOffline(
  program: string,
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  const env = { ...Object.fromEntries(own), AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null', ...environment }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
  })
}
