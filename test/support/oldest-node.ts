import { join, resolve } from 'node:path'

const home = resolve(import.meta.dirname, '../runtimes/node_modules/node/bin')

/** The path of the oldest Node version that the package supports and Lambda still runs. */
export const oldestNode: string = join(home, process.platform === 'win32' ? 'node.exe' : 'node')
