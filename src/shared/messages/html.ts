// Comments, style and script elements with their content, and tags. A quoted attribute may contain `>`.
const MARKUP = /<!--.*?-->|<(style|script)\b.*?<\/\1\s*>|<[!/]?[a-z{](?:"[^"]*"|'[^']*'|[^"'>])*>/gis
const QUOTED = /"[^"]*"|'[^']*'/g
/** Tags that do not separate the text around them. After a double click, a browser selects the whole text. */
const INLINE = /^<\/?(?:a|abbr|b|big|code|em|font|i|kbd|mark|s|samp|small|span|strong|sub|sup|tt|u)\b/i

/** An HTML text, split into its markup and the text that a reader sees. */
export interface ReadHtml {
  /** The tags with their attributes, the comments, and the style and script elements. */
  readonly markup: readonly string[]
  /** The text of the reader. Tags such as `<b>` vanish, and tags such as `<br>` become a space. */
  readonly visible: string
}

/** Splits an HTML text in one pass, because each cold start reads all texts. */
export function readHtml(html: string): ReadHtml {
  const markup: string[] = []
  const visible = html.replace(MARKUP, (each) => {
    markup.push(each)
    return INLINE.test(each) ? '' : ' '
  })
  return { markup, visible }
}

/** Returns why the placeholders of an HTML text are unsafe, or undefined if they are safe. */
export function findMarkupFault({ markup, visible }: ReadHtml): string | undefined {
  for (const each of markup) {
    if (!each.includes('{{') || each.startsWith('<!--')) continue
    const [element] = /^<(?:style|script)\b/i.exec(each) ?? []
    if (element !== undefined) return `a placeholder is inside ${element.toLowerCase()}>`
    if (each.replace(QUOTED, '').includes('{{')) return `a placeholder is inside a tag without quotes around it: ${shorten(each)}`
  }
  const [unclosed] = visible.includes('<') ? (/<[!/]?[a-z{].*/is.exec(visible) ?? []) : []
  return unclosed === undefined ? undefined : `a tag is not closed: ${shorten(unclosed)}`
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
