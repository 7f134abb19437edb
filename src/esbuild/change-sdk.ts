import { readFile } from 'node:fs/promises'
import type { OnLoadResult, PluginBuild } from 'esbuild'
import type { SdkChange } from './sdk-change.ts'
import { type SdkChoice, sdkChanges } from './sdk-changes.ts'

const HELP = 'Another version of cognito-lifeguard may know it; `sdk: false` leaves the SDK as it is.'

/** Makes changes to the AWS SDK while it is bundled. One that cannot be made is an error of the build: nothing is left undone in silence. */
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
      // Its own answer ends the search for others, so a client has to be noticed here as well.
      note(path)
      const contents = change.apply(await readFile(path, 'utf8'))
      if (contents === undefined) return { errors: [{ text: `This is not the ${change.file} that is known. ${HELP}` }] }
      return { contents, loader: path.endsWith('.json') ? 'json' : 'js' }
    })
  }

  build.onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]dist-/ }, ({ path }) => {
    note(path)
    return undefined
  })

  if (!choice.eventStreams) refuseEventStreams(build)

  build.onEnd(({ errors }) => {
    // A build that failed may not have come to all files.
    if (errors.length > 0 || clients.size === 0) return undefined
    const due = changes.filter(({ of }) => of === 'every client' || clients.has(of))
    const missing = due.filter((change) => !made.has(change))
    return { errors: missing.map(({ file }) => ({ text: `The AWS SDK in this bundle has no ${file}. ${HELP}` })) }
  })
}

/** Some clients carry event streams for one operation or two. What would fail only when that is called fails here. */
function refuseEventStreams(build: PluginBuild): void {
  build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ importer }) => {
    const client = findClient(importer)
    if (client === undefined) return undefined
    return { errors: [{ text: `@aws-sdk/${client} has operations with event streams: bundle it with \`eventStreams: true\`` }] }
  })
}

/** The client that a file belongs to, such as `client-dynamodb`. */
const findClient = (path: string): string | undefined => /[\\/]@aws-sdk[\\/](client-[a-z0-9-]+)[\\/]/.exec(path)?.[1]

/** Paths of either system. */
function toPathPattern(file: string): RegExp {
  const parts = file.split('/').map((part) => part.replaceAll('.', '\\.').replaceAll('*', '[^\\\\/]*'))
  return new RegExp(`[\\\\/]node_modules[\\\\/]${parts.join('[\\\\/]')}$`)
}
