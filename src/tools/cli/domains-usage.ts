/** What lifeguard domains --help says. */
export const DOMAINS_HELP = `lifeguard domains build LIST [--out FILE] [--json]
lifeguard domains check FILE [DOMAIN...] [--json]

Makes a file of a long list of email domains that a handler reads at no cost, and asks one. The file
goes into the function's zip, and its name into a setting: ALLOWED_EMAIL_DOMAINS=@file:staff.domains

build   reads LIST, or standard input for -, one pattern a line: example.com for the domain itself,
        *.example.org for all below one. Blank lines are passed over, and lines that begin with #.
        Writes no file when a line is wrong
check   checks every byte of FILE, and says of each DOMAIN which pattern matches it, if one does

  --out FILE   build: where to write it; LIST with the ending .domains unless given
  --json       build: one JSON object on standard output; check: one a domain

Exit code: 0 built, or a pattern matches every domain; 1 none matches one of them; 2 bad usage, or
something that cannot be read.`
