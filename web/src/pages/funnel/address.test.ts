import { describe, expect, it } from 'vitest'
import type { FunnelSpec } from '../../api/types'
import { fromAddress, toAddress } from './address'

const read = (address: string) => fromAddress(new URLSearchParams(address))

describe('the address of a funnel', () => {
  it.each<[string, FunnelSpec]>([
    ['two steps', { steps: [{ event: 'sign up' }, { event: 'pay & go' }] }],
    ['the same step twice', { steps: [{ event: 'order' }, { event: 'order' }] }],
    [
      'everything',
      {
        steps: [{ event: '注册' }, { event: '$pageview' }, { event: 'a=b&c' }],
        window: { count: 3, unit: 'month' },
        order: 'strict',
        period: { from: '-30d', to: '2026-03-01' },
        breakdown: { property: { name: 'plan', of: 'person' }, attribution: { kind: 'last' } },
      },
    ],
    ['an end alone', { steps: [{ event: 'a' }], period: { to: '2026-03-01' } }],
  ])('says %s and is read again the same', (_, funnel) => {
    expect(read(toAddress(funnel).toString())).toEqual(funnel)
  })

  it('leaves what is usual away', () => {
    const usual: FunnelSpec = {
      steps: [{ event: 'a' }, { event: 'b' }],
      window: { count: 14, unit: 'day' },
      order: 'ordered',
      breakdown: { property: { name: 'p', of: 'event' }, attribution: { kind: 'first' } },
    }
    expect(toAddress(usual).toString()).toBe('step=a&step=b&by=p')
  })

  it('tells minutes from months', () => {
    expect(read('step=a&window=5m')?.window).toEqual({ count: 5, unit: 'minute' })
    expect(read('step=a&window=5mo')?.window).toEqual({ count: 5, unit: 'month' })
  })

  it('passes over what it does not know', () => {
    expect(read('')).toBeUndefined()
    expect(read('step=&window=7d')).toBeUndefined()
    expect(read('step=a&window=soon&order=odd&attribution=none')).toEqual({ steps: [{ event: 'a' }] })
  })
})
