import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { readers } from '../../../scripts/deployment/readers.ts'
import { standIn } from '../../../scripts/deployment/stand-in.ts'

describe.each([...readers])('what stands in for settings of %s', (_, { schema, read }) => {
  const fields = Object.entries(schema instanceof z.core.$ZodObject ? schema._zod.def.shape : {})
  const all = fields.map(([name, field]) => ({ name, ...standIn(name, field) }))

  it('is taken for each of them, and for all of them at once', () => {
    expect(all).not.toEqual([])
    expect(() => read(Object.fromEntries(all.map(({ name, text }) => [name, text])))).not.toThrow()
  })

  it('leaves nothing unchecked of names, which may be any text', () => {
    const names = all.flatMap(({ name, anyText }) => (anyText ? [name] : []))
    expect(names).toEqual(fields.flatMap(([name]) => (/_(TABLE|NAME)$/.test(name) ? [name] : [])))
  })
})

it('is missing for a new kind of setting, which somebody has to think about', () => {
  expect(() => standIn('PORT', z.string().check(z.regex(/^\d+$/)))).toThrow('knows no text that PORT takes')
})
