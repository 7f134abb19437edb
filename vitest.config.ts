import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** Inlines email templates, as esbuild does. This plugin runs before Vite's own plugins, which would treat templates as assets. */
const inlineText: Plugin = {
  name: 'inline-text',
  enforce: 'pre',
  async load(id) {
    return /\.(txt|html)$/.test(id) ? `export default ${JSON.stringify(await readFile(id, 'utf8'))}` : undefined
  },
}

/** Maps the package's entry points to the sources, so that tests do not run outdated compiled files. */
const library = [
  { find: /^cognito-lifeguard$/, replacement: resolve('src/index.ts') },
  {
    find: /^cognito-lifeguard\/(aws|captcha|directory|invites|limits|settings|waitlist)$/,
    replacement: `${resolve('src/shared')}/$1/index.ts`,
  },
  { find: /^cognito-lifeguard\/rules\/email-domains$/, replacement: resolve('src/rules/email-domains.ts') },
  { find: /^cognito-lifeguard\/([\w-]+)$/, replacement: `${resolve('src')}/$1/index.ts` },
]

const config: ViteUserConfig = defineConfig({
  plugins: [inlineText],
  resolve: { alias: library },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/test-run.ts',
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], tsconfig: './test/types/tsconfig.json' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Tests mostly wait for processes, services and deadlines, so one worker per core pays off.
    maxWorkers: '100%',
    reporters: ['default', 'json'],
    outputFile: { json: 'coverage/test-results.json' },
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'lcovonly'],
      thresholds: {
        // All code that runs in Lambda.
        'src/!(esbuild|tools)/**': { lines: 100 },
      },
    },
  },
})

export default config
