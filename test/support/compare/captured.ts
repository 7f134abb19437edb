/** Captures standard output and standard error. Returns a function that returns the lines since its last call. */
export function captureOutput(): () => readonly string[] {
  let text = ''
  const keep = (chunk: string | Uint8Array): boolean => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    return true
  }
  process.stdout.write = keep
  process.stderr.write = keep
  return () => {
    const lines = text.split('\n').filter((line) => line !== '')
    text = ''
    return lines
  }
}
