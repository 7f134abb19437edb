export { create as handler } from './magic-link.ts'
