import { rm, writeFile } from 'node:fs/promises'
import { buildDomainFiles, lambdaPlugin } from 'cognito-lifeguard/esbuild'
import { build } from 'esbuild'

await rm('dist', { recursive: true, force: true })

for (const name of ['pre-signup', 'pre-auth', 'post-auth', 'post-confirmation', 'sweeper']) {
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
