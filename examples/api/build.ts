import { rm, writeFile } from 'node:fs/promises'
import { lambdaPlugin } from 'cognito-lifeguard/esbuild'
import { build } from 'esbuild'

const dist = new URL('dist/', import.meta.url)
await rm(dist, { recursive: true, force: true })

for (const name of ['api', 'web', 'pre-signup']) {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: [{ in: `${name}.ts`, out: 'handler' }],
    outdir: `dist/${name}`,
    bundle: true,
    format: 'esm',
    minify: true,
    target: 'node22',
    plugins: [lambdaPlugin()],
  })
  await writeFile(new URL(`${name}/package.json`, dist), '{"type":"module"}\n')
}
