// `log/entry.ts` and `log/personal.ts` still import it from here.
export { isObject } from '../../is-object.ts'
