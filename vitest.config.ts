import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Inlines mail templates as esbuild does in the bundles. Before Vite, which would make addresses of assets of them. */
const inlineText: Plugin = {
  name: 'inline-text',
  enforce: 'pre',
  async load(id) {
    return /\.(txt|html)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))}` : undefined
  },
}

/** What users import is the sources here, and not what was compiled of them at some time. */
const library = [
  { find: /^cognito-lifeguard$/, replacement: resolve('src/index.ts') },
  { find: /^cognito-lifeguard\/(aws|settings)$/, replacement: `${resolve('src/shared')}/$1/index.ts` },
  { find: /^cognito-lifeguard\/rules\/email-domains$/, replacement: resolve('src/rules/email-domains.ts') },
  { find: /^cognito-lifeguard\/([\w-]+)$/, replacement: `${resolve('src')}/$1/index.ts` },
]

const config: ViteUserConfig = defineConfig({
  plugins: [inlineText],
  resolve: { alias: library },
  test: {
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], tsconfig: './test/types/tsconfig.json' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests wait more than they reckon: for processes, services and deadlines.
    maxWorkers: '100%',
    reporters: ['default', 'json'],
    outputFile: { json: 'coverage/test-results.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'lcovonly'],
      thresholds: {
        // What runs in Lambda.
        'src/!(esbuild|tools)/**': { lines: 100 },
      },
    },
  },
})

export default config
