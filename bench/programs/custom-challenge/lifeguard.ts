export { define as handler } from '../../../src/custom-challenge/handler.ts'
