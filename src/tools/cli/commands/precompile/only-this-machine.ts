// Loaded before a handler in its trial start, which must not reach beyond this machine: ends the process that tries.
import { Socket as UdpSocket } from 'node:dgram'
import { setServers } from 'node:dns'
import { Socket } from 'node:net'

const LOCAL = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/i

setServers(['127.0.0.1'])
guard(Socket.prototype, 'connect', (args) => {
  // Node itself passes one array, with the options first.
  const [to, host]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args
  if (typeof to === 'object' && to !== null) return Reflect.get(to, 'host')
  return Number.isNaN(Number(to)) ? 'localhost' : host
})
guard(UdpSocket.prototype, 'connect', ([, address]) => address)
guard(UdpSocket.prototype, 'send', (args) => args.slice(1).find((each) => typeof each === 'string'))

/** @param hostOf Returns the host among the arguments; anything but a string is this machine. */
function guard(prototype: object, name: string, hostOf: (args: readonly unknown[]) => unknown): void {
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function') throw new TypeError(`${name} is not a function`)
  Reflect.set(prototype, name, function (this: unknown, ...args: readonly unknown[]): unknown {
    const host = hostOf(args)
    if (typeof host !== 'string' || LOCAL.test(host)) return Reflect.apply(original, this, args)
    process.stderr.write(`It connects to ${host}. A trial start reaches this machine alone.\n`)
    process.exit(1)
  })
}
