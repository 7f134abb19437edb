import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortenErrors } from '../../src/esbuild/sdk-errors.ts'
import { bundleSource } from '../support/bundled.ts'

const plainly = (source: string) => bundleSource(source, false).then(({ load }) => load())
const changed = (source: string) => bundleSource(source).then(({ load }) => load())

describe('changeSdk', () => {
  it.each(['client-dynamodb', 'client-ses', 'client-cognito-identity-provider'])(
    'keeps the fields, names and classes of every error of %s',
    async (client) => {
      const source = `import * as all from '@aws-sdk/${client}'; export { all }`
      const [before, after] = [Object((await plainly(source)).all), Object((await changed(source)).all)]
      const errors = (all: object) => Object.entries(all).flatMap(([name, { prototype }]) => (prototype instanceof Error ? [name] : []))
      expect(errors(after)).toEqual(errors(before))
      expect(errors(after).length).toBeGreaterThan(30)
      for (const name of errors(after)) {
        const options = {
          message: 'no',
          $metadata: { attempts: 2 },
          Item: { pk: 1 },
          Message: 'No',
          reasonCode: 'x',
          CancellationReasons: [1],
        }
        const [was, is] = [before, after].map((all) => new all[name](options))
        expect({ ...is }).toEqual({ ...was })
        expect([is.name, is.message, is.$fault, is.constructor.shapeId]).toEqual([
          was.name,
          was.message,
          was.$fault,
          was.constructor.shapeId,
        ])
        expect(is).toBeInstanceOf(after[name])
        expect(is).toBeInstanceOf(Error)
      }
    },
  )

  it('the changed endpoint cache still evicts the least recently used entry first', async () => {
    const source = "export { EndpointCache } from './node_modules/@aws-sdk/endpoint-cache/dist-es/index.js'"
    const [Before, After] = [Object(await plainly(source)).EndpointCache, Object(await changed(source)).EndpointCache]
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.oneof(
      fc.tuple(fc.constant('set'), key, fc.constantFrom(5, 0)),
      fc.tuple(fc.constantFrom('get', 'getEndpoint', 'has', 'delete', 'clear'), key),
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (capacity, steps) => {
        const [before, after] = [new Before(capacity), new After(capacity)]
        for (const [name, at, minutes] of steps) {
          const apply = (cache: typeof before) =>
            name === 'set' ? cache.set(at, [{ Address: at, CachePeriodInMinutes: minutes }]) : cache[name](at)
          const [was, is] = [apply(before), apply(after)]
          const addresses = (value: unknown) => (Array.isArray(value) ? value.map(({ Address }) => Address) : value)
          expect(addresses(is)).toEqual(addresses(was))
        }
      }),
    )
  })

  it('the changed SDK computes the same length of every body, including file streams', async () => {
    const source =
      "export { calculateBodyLength } from './node_modules/@smithy/core/dist-es/submodules/serde/util-body-length/calculateBodyLength.js'"
    const [was, is] = [Object(await plainly(source)).calculateBodyLength, Object(await changed(source)).calculateBodyLength]
    const file = createReadStream('package.json')
    await once(file, 'open')
    for (const body of [undefined, '', 'text', new Uint8Array(3), { start: 2, end: 4 }, file]) expect(is(body)).toBe(was(body))
    expect(is(file)).toBeGreaterThan(0)
    expect(() => is({})).toThrow('Body Length computation failed')
    file.destroy()
  })

  it('the changed SDK still recognises web streams', async () => {
    const source =
      "export { isReadableStream } from './node_modules/@smithy/core/dist-es/submodules/serde/util-stream/stream-type-check.js'"
    const [was, is] = [Object(await plainly(source)).isReadableStream, Object(await changed(source)).isReadableStream]
    for (const it of [undefined, null, 'text', {}, Readable.from([]), new Uint8Array(1)]) expect([was(it), is(it)]).toEqual([false, false])
    const stream = new Blob(['text']).stream()
    expect([was(stream), is(stream)]).toEqual([true, true])
  })

  it('the changed SDK computes the same SHA-256 digests, with and without a key', async () => {
    const source = "export { Sha256 } from './node_modules/@smithy/core/dist-es/submodules/checksum/index.js'"
    const digest = async (
      Sha256: new (secret?: string) => { update: (text: Uint8Array) => void; digest: () => Promise<Uint8Array> },
      secret?: string,
    ) => {
      const hash = new Sha256(secret)
      hash.update(Buffer.from('abc'))
      return Buffer.from(await hash.digest()).toString('hex')
    }
    const [before, after] = [Object(await plainly(source)).Sha256, Object(await changed(source)).Sha256]
    for (const secret of [undefined, 'key']) expect(await digest(after, secret)).toBe(await digest(before, secret))
  })
})

describe('shortenErrors', () => {
  it('shortenErrors returns undefined for an unexpected constructor, and keeps a class with an unexpected field', () => {
    const known = 'export class A extends B {\n constructor(opts) {\n super({\n name: "A",\n $fault: "client",\n ...opts,\n });\n }\n}\n'
    expect(shortenErrors(known)).toContain('super(opts);')
    const own = known.replace('  }', '}').replace('extends B {', 'extends B {\n static shapeId = "s#A"; name = "A"; $fault = "client"; x;')
    expect(shortenErrors(own)).toContain('export class A')
    expect(shortenErrors(`${known}export class C extends B {\n constructor(opts) { super(opts, 1) }\n}\n`)).toBeUndefined()
  })
})
