import { expect, it } from 'vitest'
import { describeOldNode, OLDEST_NODE } from '../../../src/tools/cli/node-version.ts'
import { readOwnManifest } from '../../../src/tools/lib/own-package.ts'

it.each(['18.20.8', '20.20.2', '22.9.0', '22.11.0'])('reports that Node %s is too old', (version) => {
  expect(describeOldNode(version)).toBe(`Node ${version} is too old. Lifeguard needs Node 22.12 or later`)
})

it.each(['22.12.0', '22.20.0', '24.0.0', '26.1.0'])('accepts Node %s', (version) => {
  expect(describeOldNode(version)).toBeUndefined()
})

it('requires the version of Node that package.json requires', async () => {
  expect((await readOwnManifest()).engines).toEqual({ node: `>=${OLDEST_NODE}` })
})
