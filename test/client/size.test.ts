import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { repository } from '../support/built.ts'

const MAX_BYTES = 1500

it('takes at most 1.5 kB in a page, minified and compressed, and imports nothing', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(repository, 'src/client/index.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    metafile: true,
  })

  const code = outputFiles[0]?.contents ?? new Uint8Array()
  expect(code.length).toBeGreaterThan(500)
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(MAX_BYTES)
  expect(Object.keys(metafile.inputs).map((path) => path.replace(/^.*src\//, 'src/'))).toEqual([
    'src/client/kinds.ts',
    'src/client/read-auth-error.ts',
    'src/client/index.ts',
  ])
})
