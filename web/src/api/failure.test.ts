import { describe, expect, it } from 'vitest'
import { failureFrom } from './failure'

const problem = {
  code: 'tables.unknown',
  severity: 'error' as const,
  message: { key: 'tables.unknown', en: 'there is no table `x`', zh: '没有表 `x`' },
}

describe('a failed answer', () => {
  it('keeps every mistake of a problem document, and its kind', () => {
    const failure = failureFrom(404, {
      type: 'urn:flywheel:problem:not-found', title: 'not found', status: 404, detail: 'there is no table', problems: [problem],
    })
    expect(failure).toMatchObject({ status: 404, kind: 'not-found', message: 'there is no table', problems: [problem] })
  })

  it('shows the beginning of whatever else came', () => {
    expect(failureFrom(502, 'x'.repeat(1000)).message).toHaveLength(300)
    expect(failureFrom(500, { some: 'json' })).toMatchObject({ message: 'HTTP 500', problems: [] })
  })
})
