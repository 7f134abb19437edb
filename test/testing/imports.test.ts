import { resolve } from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('the test kit imports neither the AWS SDK nor a test runner', async () => {
  const { metafile } = await build({
    entryPoints: [resolve('src/testing/index.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  })

  const [output] = Object.values(metafile.outputs)
  const imported = new Set(output?.imports.map(({ path }) => path).filter((path) => !path.startsWith('node:')))
  expect([...imported]).toEqual([])
})
