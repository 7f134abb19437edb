import { describeValue } from '../rules/arguments.ts'
import { type EmailAddress, emailKey, normaliseDomain } from './address.ts'

/** The addresses of a mail provider that reach the same mailbox. */
export interface MailProvider {
  readonly name: string
  /** The provider's domains, such as `gmail.com`. A domain below them is another domain. */
  readonly domains: readonly string[]
  /** The character that begins a tag: `ann+news@` reaches the mailbox of `ann@`. */
  readonly separator: '+' | '-'
  /** The characters in a local part that the provider ignores, such as `.` for Gmail. */
  readonly ignored?: string
  /** The domain that stands for all of `domains`, if a local part has the same mailbox in each of them. */
  readonly sharedBy?: string
  /** True if `news@ann.DOMAIN` reaches the mailbox of `ann@DOMAIN`. */
  readonly subdomains?: true
  /** The page or the program that describes it. */
  readonly source?: string
}

/** The providers whose addresses are compared. */
export const MAIL_PROVIDERS: readonly MailProvider[] = [
  {
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    separator: '+',
    ignored: '.',
    sharedBy: 'gmail.com',
    source: 'https://support.google.com/mail/answer/7436150',
  },
  {
    name: 'Outlook.com',
    domains: [
      ...['outlook.com', 'outlook.at', 'outlook.be', 'outlook.cl', 'outlook.cz', 'outlook.de', 'outlook.dk', 'outlook.es', 'outlook.fr'],
      ...['outlook.ie', 'outlook.in', 'outlook.it', 'outlook.jp', 'outlook.pt', 'outlook.sa', 'outlook.com.ar', 'outlook.com.au'],
      ...['outlook.com.br', 'outlook.co.id', 'outlook.co.th', 'hotmail.com', 'hotmail.be', 'hotmail.ca', 'hotmail.ch', 'hotmail.cl'],
      ...['hotmail.co.jp', 'hotmail.co.uk', 'hotmail.com.ar', 'hotmail.com.au', 'hotmail.com.br', 'hotmail.de', 'hotmail.dk', 'hotmail.es'],
      ...[
        'hotmail.fi',
        'hotmail.fr',
        'hotmail.gr',
        'hotmail.it',
        'hotmail.nl',
        'hotmail.no',
        'hotmail.se',
        'live.com',
        'live.at',
        'live.be',
      ],
      ...[
        'live.ca',
        'live.cl',
        'live.cn',
        'live.co.uk',
        'live.co.za',
        'live.com.ar',
        'live.com.au',
        'live.com.mx',
        'live.com.pt',
        'live.de',
      ],
      ...[
        'live.dk',
        'live.fi',
        'live.fr',
        'live.ie',
        'live.in',
        'live.it',
        'live.jp',
        'live.nl',
        'live.no',
        'live.ru',
        'live.se',
        'msn.com',
      ],
      ...['windowslive.com', 'passport.com'],
    ],
    separator: '+',
    source: 'https://learn.microsoft.com/en-us/exchange/recipients-in-exchange-online/plus-addressing-in-exchange-online',
  },
  {
    name: 'Fastmail',
    domains: ['fastmail.com', 'fastmail.fm', 'fastmail.net', 'fastmail.org', 'messagingengine.com', 'sent.com'],
    separator: '+',
    subdomains: true,
    source: 'https://www.fastmail.help/hc/en-us/articles/360060591053-Plus-addressing-and-subdomain-addressing',
  },
  {
    name: 'Proton Mail',
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    separator: '+',
    // Proton's own client compares addresses without these characters.
    ignored: '._-',
    sharedBy: 'proton.me',
    source: 'https://github.com/ProtonMail/WebClients',
  },
  {
    name: 'iCloud Mail',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    separator: '+',
    sharedBy: 'icloud.com',
    source: 'https://email-normalize.readthedocs.io',
  },
  {
    name: 'Yahoo Mail',
    domains: [
      ...['yahoo.com', 'yahoo.ca', 'yahoo.co.id', 'yahoo.co.in', 'yahoo.co.nz', 'yahoo.co.uk', 'yahoo.com.ar', 'yahoo.com.au'],
      ...['yahoo.com.br', 'yahoo.com.mx', 'yahoo.com.ph', 'yahoo.com.sg', 'yahoo.de', 'yahoo.es', 'yahoo.fr', 'yahoo.gr', 'yahoo.ie'],
      ...['yahoo.in', 'yahoo.it', 'yahoo.ro', 'yahoo.se', 'ymail.com', 'rocketmail.com'],
    ],
    // A Yahoo user name cannot contain a hyphen, so a hyphen always begins the keyword of a disposable address.
    separator: '-',
    source: 'https://github.com/validatorjs/validator.js',
  },
]

/** Mail providers by domain. */
export type MailProviders = ReadonlyMap<string, MailProvider>

/**
 * Returns {@link MAIL_PROVIDERS} and the given providers, by domain. A given provider replaces a known one with the same domain.
 *
 * @throws TypeError if a provider is invalid.
 */
export function indexProviders(owner: string, more: readonly MailProvider[]): MailProviders {
  if (!Array.isArray(more)) throw new TypeError(`${owner}: providers is ${describeValue(more)}; expected a list of providers`)
  for (const provider of more) assertProvider(owner, provider)
  const all: readonly MailProvider[] = [...MAIL_PROVIDERS, ...more]
  return new Map(all.flatMap((provider) => provider.domains.map((domain) => [domain, provider])))
}

const EXAMPLE = "such as { name: 'Example', domains: ['example.com'], separator: '+' }"

function assertProvider(owner: string, provider: unknown): void {
  const { domains, separator, ignored = '', sharedBy, subdomains } = Object(provider)
  if (!(Array.isArray(domains) && domains.length > 0 && domains.every(isNormalDomain)))
    throw new TypeError(`${owner}: a provider's domains must be a list of domains in lower case, ${EXAMPLE}`)
  if (separator !== '+' && separator !== '-') throw new TypeError(`${owner}: a provider's separator must be '+' or '-', ${EXAMPLE}`)
  if (typeof ignored !== 'string')
    throw new TypeError(`${owner}: a provider's ignored is ${describeValue(ignored)}; expected text like '.'`)
  if (sharedBy !== undefined && !domains.includes(sharedBy))
    throw new TypeError(`${owner}: a provider's sharedBy must be one of its domains`)
  if (subdomains !== undefined && subdomains !== true) throw new TypeError(`${owner}: a provider's subdomains must be true or missing`)
}

function isNormalDomain(domain: unknown): boolean {
  return typeof domain === 'string' && normaliseDomain(domain) === domain
}

/** Returns true if an address has a tag, or is a subdomain address, of a provider. */
export function hasTag(address: EmailAddress, providers: MailProviders): boolean {
  const { provider, local, isSubdomain } = findProvider(address, providers)
  return isSubdomain || (provider !== undefined && local.indexOf(provider.separator) > 0)
}

/**
 * Returns the same string for all addresses that reach one mailbox of a provider. An address of another domain only loses its case.
 *
 * @example
 * toCanonicalEmail({ local: 'A.nn+news', domain: 'googlemail.com' }, providers) // 'ann@gmail.com'
 */
export function toCanonicalEmail(address: EmailAddress, providers: MailProviders): string {
  const { provider, local, domain } = findProvider(address, providers)
  if (provider === undefined) return emailKey(address)
  // A separator at the start begins no tag.
  const tag = local.indexOf(provider.separator)
  const name = tag > 0 ? local.slice(0, tag) : local
  const plain = [...name].filter((char) => !provider.ignored?.includes(char)).join('')
  // Keeps a name of ignored characters alone, because an empty name would stand for all of them.
  return `${plain === '' ? name : plain}@${provider.sharedBy ?? domain}`
}

interface FoundProvider {
  readonly provider: MailProvider | undefined
  /** The local part in lower case. */
  readonly local: string
  readonly domain: string
  readonly isSubdomain: boolean
}

function findProvider(address: EmailAddress, providers: MailProviders): FoundProvider {
  const { domain } = address
  const local = address.local.toLowerCase()
  const dot = domain.indexOf('.')
  const parent = providers.get(domain.slice(dot + 1))
  if (parent?.subdomains && !providers.has(domain))
    return { provider: parent, local: domain.slice(0, dot), domain: domain.slice(dot + 1), isSubdomain: true }
  return { provider: providers.get(domain), local, domain, isSubdomain: false }
}
