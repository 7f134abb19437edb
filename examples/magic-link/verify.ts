export { verify as handler } from './magic-link.ts'
