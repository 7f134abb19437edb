import { Socket } from 'node:net'

/**
 * Lets this process connect to one port of this machine and to nothing else, from now on: whatever a handler would call, a
 * build must not.
 *
 * @returns Where else a connection was wanted, such as `crm.example.com:443`.
 */
export function connectOnlyTo(port: number): readonly string[] {
  const wanted: string[] = []
  const connect = Socket.prototype.connect
  const guarded = function (this: Socket, ...args: readonly unknown[]): Socket {
    // Node itself hands over what it has normalised, the options first.
    const [first] = args
    const options: unknown = Array.isArray(first) ? first[0] : first
    const to = target(options)
    if (to.host === '127.0.0.1' && to.port === port) return Reflect.apply(connect, this, args)
    wanted.push(`${to.host}:${to.port}`)
    return this.destroy(new Error(`No connection to ${to.host}:${to.port} from here`))
  }
  Reflect.set(Socket.prototype, 'connect', guarded)
  return wanted
}

function target(options: unknown): { readonly host: string; readonly port: number | string } {
  if (typeof options !== 'object' || options === null) return { host: 'localhost', port: `${options}` }
  const { host = 'localhost', port, path } = { host: undefined, port: undefined, path: undefined, ...options }
  return { host: `${host}`, port: port === undefined ? `${path}` : Number(port) }
}
