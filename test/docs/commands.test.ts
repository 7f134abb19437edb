import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lifeguard } from '../support/cli/lifeguard.ts'
import { type PackedLibrary, packLibrary, repository } from '../support/library/pack.ts'

/** A step on a page of the docs: a command with its documented output, or a file that the reader saves. */
type Step =
  | { readonly text: string; readonly output: string; readonly folder?: string | undefined }
  | { readonly file: string; readonly content: string }

const examples = (await readdir(join(repository, 'examples'))).filter((name) => existsSync(join(repository, 'examples', name, 'README.md')))
const SAMPLES = ['events/README.md', ...examples.map((name) => join('examples', name, 'README.md'))]
/** The pages whose commands run in the repository. The commands of every other page run in an empty folder. */
const IN_REPOSITORY = new Set(['README.md', 'docs/reference/cli.md', 'CONTRIBUTING.md', ...SAMPLES])

// With UPDATE_DOCS=1, this test writes the output of the commands into the pages.
const UPDATE = process.env.UPDATE_DOCS === '1'

const files = (await readdir(join(repository, 'docs'), { recursive: true })).filter((file) => file.endsWith('.md'))
const pages = ['README.md', 'CONTRIBUTING.md', ...SAMPLES, ...files.map((file) => join('docs', file))]
const texts = new Map(await Promise.all(pages.map(async (page) => [page, await readFile(join(repository, page), 'utf8')] as const)))
const withCommands = pages.filter((page) => texts.get(page)?.includes('\n```console\n'))

const CONSOLE = /^```console\n(.*?)^```$/gms
const STEP = /(?:^<!-- in (\S+) -->\n)?^```console\n(.*?)^```$|`([\w./-]+)`:\n\n```\w+\n(.*?)^```$/gms

/**
 * Reads the steps of a page, in order. A code block after "Save this as `FILE`:" is the content of that file. The commands of a code block
 * after `<!-- in FOLDER -->` run in that folder of this repository.
 */
function readSteps(page: string): readonly Step[] {
  return [...page.matchAll(STEP)].flatMap(([, folder, commands, file = '', content = '']): readonly Step[] =>
    commands === undefined ? [{ file, content }] : splitBlock(commands).map((step) => ({ ...step, folder })),
  )
}

function splitBlock(block: string): readonly { readonly text: string; readonly output: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((each) => {
      const [text = '', ...output] = each.split('\n')
      return { text, output: output.join('\n').trimEnd() }
    })
}

/**
 * Replaces durations, times, and the counts of functions that precompile prints, because these change with every run or version. A narrow
 * column cuts a time, and the expiry of a row is in seconds.
 */
function normalise(output: string): string {
  return output
    .replaceAll(/\b\d+(?:\.\d+)? ms\b/g, '0.4 ms')
    .replaceAll(/(?<=\D)[\d,.]+ s\b/g, '1.2 s')
    .replaceAll(/\b20\d\d-\d\d-\d\dT[\d:.]{12}Z/g, '2026-01-05T09:00:00.000Z')
    .replaceAll(/\b20\d\d-\d\d-\d\dT[\d:.]…/g, '2026-01-05T0…')
    .replaceAll(/\b1[78]\d{8}\b/g, '1767603600')
    .replaceAll(/\b\d+ functions in \d+ files?/g, '120 functions in 1 file')
    .replaceAll(/[ \t]+$/gm, '')
    .trimEnd()
}

let library: PackedLibrary
let bin: string
let root: string

beforeAll(async () => {
  library = await packLibrary(['@jridgewell/sourcemap-codec', 'dynalite', 'esbuild', 'magic-string'])
  root = await realpath(await mkdtemp(join(tmpdir(), 'lifeguard-commands-')))
  bin = join(root, 'bin')
  await mkdir(bin)
  const main = join(library.installed, 'lib/tools/cli/main.js')
  const scripts = {
    // `npx` runs the command of the packed library, as in a project of a user.
    npx: `shift; exec "${process.execPath}" "${main}" "$@"`,
    // `npm ci` and `npm install` work without the registry: they link the packages of this repository, and the packed library.
    npm: `if [ "$1" != ci ] && [ "$1" != install ]; then PATH="${process.env.PATH}"; exec npm "$@"; fi
mkdir -p node_modules && ln -sfn "${repository}"/node_modules/* "${repository}"/node_modules/.bin node_modules/ && ln -sfn "${library.installed}" node_modules/cognito-lifeguard`,
  }
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
}, 240_000)

afterAll(async () => {
  await library.remove()
  await rm(root, { recursive: true, force: true })
})

/** Runs the steps in order, as in one terminal. Returns the output of each command. */
async function takeSteps(steps: readonly Step[], start: string): Promise<readonly string[]> {
  let cwd = start
  const PATH = [bin, dirname(process.execPath), process.env.PATH].join(delimiter)
  const env = { PATH, HOME: root, TZ: 'UTC', NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
  const printed: string[] = []
  for (const step of steps) {
    if ('file' in step) {
      await mkdir(dirname(join(cwd, step.file)), { recursive: true })
      await writeFile(join(cwd, step.file), step.content)
      continue
    }
    const { text } = step
    if (step.folder !== undefined) cwd = join(repository, step.folder)
    const folder = /^cd (\S+)$/.exec(text)?.[1]
    if (folder !== undefined) cwd = resolve(cwd, folder)
    const ran =
      folder === undefined ? promisify(execFile)('sh', ['-c', text], { cwd, env }).catch((error) => error) : { stdout: '', stderr: '' }
    const { stdout, stderr } = await ran
    // A page shows stderr only if stdout is empty, because stderr may also hold progress messages.
    printed.push(normalise(stdout === '' ? stderr : stdout))
  }
  return printed
}

function putOutputs(page: string, outputs: readonly string[]): string {
  let next = 0
  return page.replaceAll(CONSOLE, (_, block: string) => {
    const lines = splitBlock(block).map(({ text }) => {
      const output = outputs[next++] ?? ''
      return output === '' ? `$ ${text}\n` : `$ ${text}\n${output}\n`
    })
    return `\`\`\`console\n${lines.join('')}\`\`\``
  })
}

describe('the commands of the docs', () => {
  it('some pages of the docs have commands', () => {
    expect(withCommands).toEqual(expect.arrayContaining(['README.md', 'docs/getting-started.md', 'docs/reference/cli.md']))
  })

  it.each(withCommands)(
    'the commands of %s print the output that the page shows',
    async (page) => {
      const text = texts.get(page) ?? ''
      const steps = IN_REPOSITORY.has(page) ? readSteps(text).filter((step) => 'text' in step) : readSteps(text)
      const folder = IN_REPOSITORY.has(page) ? repository : await mkdtemp(join(root, 'page-'))

      const printed = await takeSteps(steps, folder)

      if (UPDATE) await writeFile(join(repository, page), putOutputs(text, printed))
      else expect(printed).toEqual(steps.flatMap((step) => ('text' in step ? [normalise(step.output)] : [])))
    },
    300_000,
  )
})

describe('the shell commands of the docs that need AWS or the registry', () => {
  const lines = pages.flatMap((page) =>
    [...(texts.get(page) ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
      [...block.replaceAll('\\\n', ' ').matchAll(/npx (?:cognito-)?lifeguard (?:--\S+ )*([a-z]+)([^\n#|]*)/g)].map(
        ([, command = '', rest = '']) => ({
          page,
          command,
          options: [...rest.matchAll(/(?<=\s)--[\w-]+/g)].map(([option]) => option),
        }),
      ),
    ),
  )

  it.each(lines.filter(({ options }) => options.length > 0))(
    '$page uses only options that the command $command has',
    async ({ command, options }) => {
      const { stdout: help } = await lifeguard([command, '--help'])

      expect(options.filter((option) => !help.includes(option))).toEqual([])
    },
  )
})
