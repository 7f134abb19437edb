import { generateKeyPairSync, sign } from 'node:crypto'

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  // DER needs the shortest form of a length. Chromium refuses any other.
  const long = body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff]
  const length = body.length < 0x80 ? [body.length] : long
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const pem = (content: Buffer): string => `-----BEGIN CERTIFICATE-----\n${content.toString('base64')}\n-----END CERTIFICATE-----\n`

const COMMON_NAME = hex('550403')
const SUBJECT_ALT_NAME = hex('551d11')
const ECDSA_WITH_SHA256 = sequence(der(0x06, hex('2a8648ce3d040302')))
const LOOPBACK = Buffer.from([127, 0, 0, 1])

/** Creates a key and a self-signed certificate (RFC 5280) for a TLS server on 127.0.0.1 or localhost. Node itself cannot create certificates. */
export function createCertificate(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(der(0x06, COMMON_NAME), der(0x0c, Buffer.from('loopback')))))
  const alternative = sequence(der(0x06, SUBJECT_ALT_NAME), der(0x04, sequence(der(0x87, LOOPBACK), der(0x82, Buffer.from('localhost')))))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_WITH_SHA256,
    name,
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(alternative)),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey))
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert: pem(sequence(content, ECDSA_WITH_SHA256, signature)) }
}
