/** The oldest version of Node on which the commands run, as in `engines` of package.json. */
export const OLDEST_NODE = '22.12'

/** Returns the message for a version of Node that is too old, such as `20.20.2`. Returns undefined for other versions. */
export function describeOldNode(version: string): string | undefined {
  const isOld = toNumber(version) < toNumber(OLDEST_NODE)
  return isOld ? `Node ${version} is too old. Lifeguard needs Node ${OLDEST_NODE} or later` : undefined
}

function toNumber(version: string): number {
  const [major, minor] = version.split('.')
  return Number(major) * 1000 + Number(minor)
}
