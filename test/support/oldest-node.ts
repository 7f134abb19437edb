import { join, resolve } from 'node:path'

const home = resolve(import.meta.dirname, '../runtimes/node_modules/node/bin')

/** The oldest Node that Lambda still runs and the package promises to work on. */
export const oldestNode: string = join(home, process.platform === 'win32' ? 'node.exe' : 'node')
