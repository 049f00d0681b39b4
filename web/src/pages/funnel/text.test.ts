import { describe, expect, it } from 'vitest'
import { funnelText } from './text'

describe('a funnel as text', () => {
  it('says what was chosen and nothing more', () => {
    expect(funnelText({ steps: [{ event: 'sign up' }, { event: 'pay' }] })).toBe(
      'kind = "funnel"\n\n[[steps]]\nevent = "sign up"\n\n[[steps]]\nevent = "pay"\n',
    )
  })

  it('says every setting before the steps, where TOML wants it', () => {
    const text = funnelText({
      steps: [{ event: 'a' }, { event: 'b' }],
      order: 'unordered',
      window: { count: 2, unit: 'week' },
      period: { from: '-30d' },
      breakdown: { property: { name: 'plan', of: 'person' }, attribution: { kind: 'every' } },
    })
    expect(text.split('\n').slice(0, 5)).toEqual([
      'kind = "funnel"',
      'order = "unordered"',
      'window = { count = 2, unit = "week" }',
      'period = { from = "-30d" }',
      'breakdown = { property = { name = "plan", of = "person" }, attribution = { kind = "every" } }',
    ])
  })

  it('keeps odd names whole', () => {
    const text = funnelText({ steps: [{ event: 'say "hi"\\\n\u0001' }, { event: '付款\u007f' }] })
    expect(text).toContain('event = "say \\"hi\\"\\\\\\n\\u0001"')
    expect(text).toContain('event = "付款\\u007F"')
  })
})
