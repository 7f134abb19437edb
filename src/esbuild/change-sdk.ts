import { readFile } from 'node:fs/promises'
import type { OnLoadResult, PluginBuild } from 'esbuild'
import type { SdkChange } from './sdk-change.ts'
import { type SdkChoice, sdkChanges } from './sdk-changes.ts'

const HELP = 'Try another version of cognito-lifeguard, or set `sdk: false` to bundle the SDK unchanged.'

/** Applies changes to the AWS SDK while esbuild bundles it. The build fails if a change cannot be applied. */
export function changeSdk(build: PluginBuild, choice: SdkChoice): void {
  const changes = sdkChanges(choice)
  const made = new Set<SdkChange>()
  const clients = new Set<string>()
  const note = (path: string): void => {
    const client = findClient(path)
    if (client !== undefined) clients.add(client)
  }
  build.onStart(() => {
    made.clear()
    clients.clear()
  })

  for (const change of changes) {
    build.onLoad({ filter: toPathPattern(change.file) }, async ({ path }): Promise<OnLoadResult> => {
      made.add(change)
      // esbuild does not call the onLoad hook below for a file that this hook returns, so this hook also records the client.
      note(path)
      const contents = change.apply(await readFile(path, 'utf8'))
      if (contents === undefined) return { errors: [{ text: `${change.file} is not the version that cognito-lifeguard expects. ${HELP}` }] }
      return { contents, loader: path.endsWith('.json') ? 'json' : 'js' }
    })
  }

  build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-/ }, ({ path }) => {
    note(path)
    return undefined
  })

  if (!choice.eventStreams) refuseEventStreams(build)

  build.onEnd(({ errors }) => {
    // The check is skipped after a failed build, which may not have loaded all files.
    if (errors.length > 0 || clients.size === 0) return undefined
    const due = changes.filter(({ of }) => of === 'every client' || clients.has(of))
    const missing = due.filter((change) => !made.has(change))
    return { errors: missing.map(({ file }) => ({ text: `The AWS SDK in this bundle does not contain ${file}. ${HELP}` })) }
  })
}

/**
 * Fails the build for clients that use event streams. If the build succeeded, their operations with event streams would fail when
 * called.
 */
function refuseEventStreams(build: PluginBuild): void {
  build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ importer }) => {
    const client = findClient(importer)
    if (client === undefined) return undefined
    return { errors: [{ text: `@aws-sdk/${client} has operations with event streams. Set \`eventStreams: true\` to bundle it.` }] }
  })
}

/** Returns the client that a file belongs to, such as `client-dynamodb`. */
const findClient = (path: string): string | undefined => /[\\/]@aws-sdk[\\/](client-[a-z0-9-]+)[\\/]/.exec(path)?.[1]

/** Returns a pattern that matches the file's path on Windows and on POSIX systems. */
function toPathPattern(file: string): RegExp {
  const parts = file.split('/').map((part) => part.replaceAll('.', '\\.').replaceAll('*', '[^\\\\/]*'))
  return new RegExp(`[\\\\/]node_modules[\\\\/]${parts.join('[\\\\/]')}$`)
}
