import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildDomainFiles, lambdaPlugin } from 'cognito-lifeguard/esbuild'
import { build } from 'esbuild'

// Each folder of src with a handler.ts becomes a function.
const functions = (await readdir('src')).filter((name) => existsSync(`src/${name}/handler.ts`))

const built = []
for (const name of functions) {
  const result = await build({
    entryPoints: [{ in: `src/${name}/handler.ts`, out: 'handler' }],
    outdir: `dist/${name}`,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'node22',
    // Inlines the email templates.
    loader: { '.txt': 'text', '.html': 'text' },
    sourcemap: 'external',
    metafile: true,
    write: false,
    plugins: [lambdaPlugin()],
  }).catch((error) => {
    // esbuild has already printed the errors that it found in the sources. Other errors are thrown.
    if (!error.errors) throw error
    process.exit(1)
  })
  built.push({ name, ...result })
}

// Replaces the bundles only after every function was built, so that an error in one source does not remove the others.
await rm('dist', { recursive: true, force: true })
for (const { name, metafile, outputFiles } of built) {
  await mkdir(`dist/${name}`, { recursive: true })
  for (const { path, contents } of outputFiles) await writeFile(path, contents)
  // Node loads the bundle as ES modules because of this file.
  await writeFile(`dist/${name}/package.json`, '{"type":"module"}\n')
  // `lifeguard replay` uses this file to detect that a bundle is older than its sources.
  await writeFile(`dist/${name}/meta.json`, JSON.stringify(metafile))
}

// Builds each list domains/NAME.txt or NAME.json into NAME.domains. ALLOWED_EMAIL_DOMAINS=@file:NAME.domains uses it.
await buildDomainFiles('domains', 'dist/pre-signup')

// Speeds up cold starts: precompiles the functions that a handler calls for the sample event *-mary.json. If the handler denies
// the event, its bundle stays unchanged. Runs the command's file directly, because npx is slow. Runs one
// command at a time, because a handler that is slowed down by others may exceed its deadline.
const lifeguard = fileURLToPath(new URL('lib/tools/cli/main.js', import.meta.resolve('cognito-lifeguard/package.json')))
for (const name of functions) {
  const files = await readdir(`events/${name}`).catch(() => [])
  const sample = files.find((file) => file.endsWith('-mary.json'))
  if (sample) await precompile(`dist/${name}`, `events/${name}/${sample}`)
}

function precompile(bundle: string, event: string): Promise<void> {
  return new Promise((resolve) => {
    execFile(process.execPath, [lifeguard, 'precompile', bundle, '--event', event], (_, __, stderr) => {
      process.stderr.write(stderr)
      resolve()
    })
  })
}
