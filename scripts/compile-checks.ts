// Writes the compiled checks into the sources. With --check it writes nothing, and fails where one of them is not what it
// would write.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledFiles } from './compile/compiled-files.ts'

const project = join(import.meta.dirname, '..')
const biome = fileURLToPath(import.meta.resolve('@biomejs/biome/bin/biome'))

/** As the linter wants it. */
function formatted(path: string, text: string): string {
  const args = [biome, 'format', `--stdin-file-path=${path}`]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, input: text, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${path} cannot be formatted: ${stderr}`)
  return stdout
}

function textOf(path: string): string {
  try {
    return readFileSync(join(project, path), 'utf8')
  } catch {
    return ''
  }
}

const changed = compiledFiles()
  .map(({ path, text }) => ({ path, text: formatted(path, text) }))
  .filter(({ path, text }) => textOf(path) !== text)

if (process.argv.includes('--check')) {
  for (const { path } of changed) console.error(`${path} is not what its schema says; npm run compile-checks writes it`)
  if (changed.length > 0) process.exitCode = 1
} else {
  for (const { path, text } of changed) {
    writeFileSync(join(project, path), text)
    console.log(path)
  }
}
