// esbuild inlines these files as strings.
declare module '*.message.html' {
  const html: string
  export default html
}
