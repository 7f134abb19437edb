declare module 'libmime' {
  const libmime: { readonly decodeWords: (text: string) => string }
  export default libmime
}

declare module 'tr46' {
  interface Options {
    readonly checkBidi?: boolean
    readonly checkJoiners?: boolean
    readonly transitionalProcessing?: boolean
  }
  const tr46: { readonly toASCII: (domain: string, options?: Options) => string | null }
  export default tr46
}
