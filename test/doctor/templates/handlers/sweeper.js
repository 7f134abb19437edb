// As much of the sweeper as its bundle has of words.
export async function handler() {
  process.stdout.write(`${JSON.stringify({ message: 'sweep', EffectsParked: 0 })}\n`)
}
