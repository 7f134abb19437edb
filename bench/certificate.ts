import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A self-signed certificate and its private key, both as PEM. */
export interface Certificate {
  readonly key: string
  readonly certificate: string
}

const SEQUENCE = 0x30
const SET = 0x31
const BOOLEAN = 0x01
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OID = 0x06
const UTF8 = 0x0c
const UTC_TIME = 0x17

const ECDSA_WITH_SHA256 = der(SEQUENCE, oid(1, 2, 840, 10045, 4, 3, 2))
const COMMON_NAME = oid(2, 5, 4, 3)
const SUBJECT_ALT_NAME = oid(2, 5, 29, 17)
const BASIC_CONSTRAINTS = oid(2, 5, 29, 19)

/**
 * Creates a self-signed certificate (X.509, RFC 5280) for 127.0.0.1, because Node cannot create certificates. It is valid from one day
 * before `now` to one day after.
 */
export function createCertificate(now: Date = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8, Buffer.from('Lifeguard bench')))))
  const day = 24 * 60 * 60 * 1000
  const validity = der(SEQUENCE, utcTime(new Date(now.getTime() - day)), utcTime(new Date(now.getTime() + day)))
  const loopback = der(SEQUENCE, der(0x87, Buffer.from([127, 0, 0, 1])))
  const authority = der(SEQUENCE, der(BOOLEAN, Buffer.from([0xff])))
  const extensions = der(SEQUENCE, extension(SUBJECT_ALT_NAME, loopback), extension(BASIC_CONSTRAINTS, authority))
  const content = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    // A serial number must be positive, so its first bit must be 0.
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = sign('sha256', content, { key: privateKey, dsaEncoding: 'der' })
  const whole = der(SEQUENCE, content, ECDSA_WITH_SHA256, der(BIT_STRING, Buffer.from([0]), signature))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function extension(id: Buffer, value: Buffer): Buffer {
  return der(SEQUENCE, id, der(OCTET_STRING, value))
}

function utcTime(date: Date): Buffer {
  return der(UTC_TIME, Buffer.from(`${date.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`))
}

function oid(first: number, second: number, ...rest: readonly number[]): Buffer {
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(OID, Buffer.from([first * 40 + second, ...bytes]))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
