import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildDomainFiles, lambdaPlugin } from 'cognito-lifeguard/esbuild'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })

// A function is a folder with handler.ts.
const functions = (await readdir('src')).filter((name) => existsSync(`src/${name}/handler.ts`))

for (const name of functions) {
  const { metafile } = await build({
    entryPoints: [{ in: `src/${name}/handler.ts`, out: 'handler' }],
    outdir: `dist/${name}`,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'node22',
    // Texts of emails are inlined.
    loader: { '.txt': 'text', '.html': 'text' },
    sourcemap: 'external',
    metafile: true,
    plugins: [lambdaPlugin()],
  }).catch((error) => {
    // What is wrong with a source esbuild has printed by now.
    if (!error.errors) throw error
    process.exit(1)
  })
  // Makes ES modules of the bundle wherever it is unpacked.
  await writeFile(`dist/${name}/package.json`, '{"type":"module"}\n')
  // By this lifeguard replay knows when a bundle is older than its sources.
  await writeFile(`dist/${name}/meta.json`, JSON.stringify(metafile))
}

// domains/NAME.txt, one domain a line, for ALLOWED_EMAIL_DOMAINS=@file:NAME.domains.
await buildDomainFiles('domains', 'dist/pre-signup')

// Makes cold starts faster, by what each handler calls for an ordinary event, that of Mary. A handler that denies it stays as it is.
// The command itself, since npx takes longer than all of it.
const lifeguard = fileURLToPath(new URL('lib/tools/cli/main.js', import.meta.resolve('cognito-lifeguard/package.json')))
await Promise.all(
  functions.map(async (name) => {
    const files = await readdir(`events/${name}`).catch(() => [])
    const ordinary = files.find((file) => file.endsWith('-mary.json'))
    if (ordinary) await precompile(`dist/${name}`, `events/${name}/${ordinary}`)
  }),
)

function precompile(bundle: string, event: string): Promise<void> {
  return new Promise((resolve) => {
    execFile(process.execPath, [lifeguard, 'precompile', bundle, '--event', event], (_, __, problem) => {
      process.stderr.write(problem)
      resolve()
    })
  })
}
