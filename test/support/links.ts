import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

/** Pages of the repository that the package does not contain are linked with this address. */
const OWN_ADDRESS = 'https://github.com/cognito-lifeguard/cognito-lifeguard/blob/main/'

/** Returns the anchors that GitHub makes from the headings of a page. */
function listAnchors(text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/**
 * Lists the links and images of a page that lead to a missing file or heading in the same folder tree. A link with the address of
 * this project's repository is checked against `repository`. Other addresses are not checked.
 *
 * @param root The folder that contains the page: the repository, or the unpacked package.
 * @param page The path of the page, relative to the root.
 */
export async function findBrokenLinks(root: string, page: string, repository: string): Promise<readonly string[]> {
  const text = withoutCode(await readFile(join(root, page), 'utf8'))
  const broken = await Promise.all(
    [...text.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]+))?\)/g)].map(async ([link, path = '', anchor]) => {
      const own = path.startsWith(OWN_ADDRESS)
      if (!own && /^\w+:/.test(path)) return []
      const folder = own ? repository : root
      const target = own ? path.slice(OWN_ADDRESS.length) : path === '' ? page : relative(root, resolve(root, dirname(page), path))
      const file = join(folder, target)
      const found = existsSync(file) && (anchor === undefined || listAnchors(await readFile(file, 'utf8')).includes(anchor))
      return found ? [] : [link]
    }),
  )
  return broken.flat()
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '')
}
