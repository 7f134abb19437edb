// Preloaded in the test run. Ends the process if the handler connects to another machine.
import { Socket as UdpSocket } from 'node:dgram'
import { setServers } from 'node:dns'
import { Socket } from 'node:net'

const LOCAL = /^(localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/i

setServers(['127.0.0.1'])
restrictMethod(Socket.prototype, 'connect')
restrictMethod(UdpSocket.prototype, 'connect')
restrictMethod(UdpSocket.prototype, 'send')

function restrictMethod(prototype: object, name: string): void {
  const original = Reflect.get(prototype, name)
  Reflect.set(prototype, name, function (this: unknown, ...args: readonly unknown[]): unknown {
    // The host is a field of the options object, which may be in an array, or else the first string after the first argument.
    const host: unknown = Object(args.flat()[0]).host ?? args.slice(1).find((each) => typeof each === 'string')
    if (typeof host !== 'string' || LOCAL.test(host)) return Reflect.apply(original, this, args)
    process.stderr.write(`The handler connects to ${host}. A test run may connect only to this machine.\n`)
    process.exit(1)
  })
}
