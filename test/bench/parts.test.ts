import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateDomains } from '../../bench/domains.ts'
import { createAddress, createSub, readEvents } from '../../bench/events.ts'
import { parseCpuList } from '../../bench/machine.ts'
import { PROGRAM_NAMES, PROGRAMS } from '../../bench/programs.ts'
import { shuffle } from '../../bench/shuffle.ts'
import { domainList } from '../../src/shared/email/domain-list.ts'
import { repository } from '../support/built.ts'

describe('shuffle', () => {
  it('shuffle returns all values, in the same order for the same seed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (things, seed) => {
        const one = shuffle(things, seed, 'round', 1)
        expect([...one].sort()).toEqual([...things].sort())
        expect(shuffle(things, seed, 'round', 1)).toEqual(one)
      }),
    )
  })

  it('shuffle returns the values in another order for each round', () => {
    const things = Array.from({ length: 20 }, (_, index) => index)
    const orders = Array.from({ length: 10 }, (_, round) => shuffle(things, 1, round).join())
    expect(new Set(orders).size).toBe(10)
  })

  it('puts each value first in some of the rounds', () => {
    const firsts = Array.from({ length: 200 }, (_, round) => shuffle(['a', 'b', 'c'], 7, round)[0])
    for (const thing of ['a', 'b', 'c']) expect(firsts.filter((first) => first === thing).length).toBeGreaterThan(30)
  })
})

describe('generateDomains', () => {
  it('generateDomains returns valid domains without duplicates, and the same domains in every run', () => {
    const domains = generateDomains(10_000)
    expect(domainList(domains).size).toBe(10_000)
    expect(generateDomains(3)).toEqual(domains.slice(0, 3))
  })
})

describe('readEvents', () => {
  it('creates a confirmation of user 17 when $N is replaced by 17', async () => {
    const { confirmed } = await readEvents(repository)
    const { request, userName } = JSON.parse(confirmed.replaceAll('$N', '17'))
    expect(request.userAttributes).toMatchObject({ sub: createSub(17), email: createAddress(17), email_verified: 'true' })
    expect(userName).toBe('mary-17')
  })
})

describe('PROGRAMS', () => {
  it('gives each program of a trigger a unique title', () => {
    for (const folder of ['pre/', 'post/', 'domains/']) {
      const titles = PROGRAM_NAMES.filter((name) => name.startsWith(folder)).map((name) => PROGRAMS[name].title)
      expect(new Set(titles).size).toBe(titles.length)
    }
  })
})

describe('parseCpuList', () => {
  it.each([
    ['0-1', [0, 1]],
    ['3', [3]],
    ['0-2,5,7-8', [0, 1, 2, 5, 7, 8]],
    ['', []],
  ])('parses %j', (text, cpus) => expect(parseCpuList(text)).toEqual(cpus))
})
