import { describe, expect, it } from 'vitest'
import type { AsideReport, SeenEvent } from '../../api/types'
import { byReason, indented, newestOf } from './arrivals'

const seen = (uuid: string, received: string): SeenEvent => ({
  uuid,
  event: 'pay',
  distinct_id: 'ann',
  time: '2026-03-01T00:00:00Z',
  received,
  source: 'posthog',
  properties: {},
})

describe('the newest events', () => {
  it('are told once, newest first, and no more than asked for', () => {
    const [one, two, three] = [seen('1', '2026-03-01T10:00:00Z'), seen('2', '2026-03-01T10:00:00.5Z'), seen('3', '2026-03-01T11:00:00Z')]
    expect(newestOf([[one!, two!], [three!, one!]], 2).map(({ uuid }) => uuid)).toEqual(['3', '2'])
    expect(newestOf([], 5)).toEqual([])
  })
})

const aside = (id: string, words: string, at: string, source = 'posthog'): AsideReport => ({
  id,
  at,
  source,
  reason: { key: 'collect.no_name', en: words, zh: words },
  raw: '{}',
})

describe('what was kept aside', () => {
  it('is counted by its reason, most first, the newest speaking', () => {
    const reasons = byReason([
      aside('1', 'no name', '2026-03-01T10:00:00Z'),
      aside('2', 'no person', '2026-03-01T11:00:00Z'),
      aside('3', 'no person', '2026-03-01T12:00:00Z', 'segment'),
    ])
    expect(reasons.map(({ newest, count, sources }) => [newest.id, count, sources])).toEqual([
      ['3', 2, ['posthog', 'segment']],
      ['1', 1, ['posthog']],
    ])
  })
})

describe('what arrived, for reading', () => {
  it('is laid out where it is JSON and left alone where it is not', () => {
    expect(indented('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(indented('{"a":')).toBe('{"a":')
  })
})
