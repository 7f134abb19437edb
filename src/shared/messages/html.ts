// Comments, style and script elements with their content, and tags. A quoted attribute may contain `>`.
const MARKUP = /<!--.*?-->|<(style|script)\b.*?<\/\1\s*>|<[!/]?[a-z{](?:"[^"]*"|'[^']*'|[^"'>])*>/gis
const QUOTED = /"[^"]*"|'[^']*'/g
/** Tags that do not separate the text around them. After a double click, a browser selects the whole text. */
const INLINE = /^<\/?(?:a|abbr|b|big|code|em|font|i|kbd|mark|s|samp|small|span|strong|sub|sup|tt|u)\b/i

/** Returns why the placeholders of an HTML text are unsafe, or undefined if they are safe. */
export function findMarkupFault(html: string): string | undefined {
  for (const [markup, element] of html.matchAll(MARKUP)) {
    if (element !== undefined && markup.includes('{{')) return `a placeholder is inside <${element.toLowerCase()}>`
    if (markup.replace(QUOTED, '').includes('{{') && !markup.startsWith('<!--'))
      return `a placeholder is inside a tag without quotes around it: ${shorten(markup)}`
  }
  const [unclosed] = html.replace(MARKUP, ' ').match(/<[!/]?[a-z{].*/is) ?? []
  return unclosed === undefined ? undefined : `a tag is not closed: ${shorten(unclosed)}`
}

/** Returns the text that a reader sees. Tags such as `<b>` vanish, and tags such as `<br>` become a space. */
export function toVisibleText(html: string): string {
  return html.replace(MARKUP, (markup) => (INLINE.test(markup) ? '' : ' '))
}

/** Returns all attributes and comments of an HTML text: what a reader does not see. */
export function listMarkup(html: string): string {
  return Array.from(html.matchAll(MARKUP), ([markup]) => markup).join('\n')
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
