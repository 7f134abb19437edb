export { define as handler } from './magic-link.ts'
