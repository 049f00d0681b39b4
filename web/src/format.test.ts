import { describe, expect, it } from 'vitest'
import { ago, bytes, count, duration, inSentence, interval, latency, metricValue, number, percent } from './format'

describe('numbers', () => {
  it.each([
    [0, '0'], [0.03125, '0.0313'], [14.239, '14.24'], [123.46, '123.5'], [60000, '60,000'], [0.00001234, '1.23e-5'], [Number.NaN, '–'],
  ])('%s reads %s', (value, expected) => expect(number(value, 'en')).toBe(expected))

  it('set thousands apart', () => expect(count(1234567, 'zh')).toBe('1,234,567'))
})

describe('shares and metrics', () => {
  it('keep their digits, so that columns align', () => {
    expect(percent(0.97, 'en')).toBe('97.0%')
    expect(percent(0.5, 'zh', 0)).toBe('50%')
  })

  it('read in the unit of the metric', () => {
    expect(metricValue('accuracy', 0.9789, 'en')).toBe('97.9%')
    expect(metricValue('auc', 0.8431, 'en')).toBe('0.843')
    expect(metricValue('auc', 0.99961, 'en')).toBe('0.9996')
    expect(metricValue('rmse', 41.234, 'en')).toBe('41.23')
    expect(metricValue('log_loss', 0.998, 'en')).toBe('0.998')
    expect(metricValue('f1', null, 'en')).toBe('–')
  })

  it('carry their interval', () => {
    expect(interval('accuracy', { value: 0.979, low: 0.976, high: 0.982 }, 'en')).toBe('97.6–98.2%')
    expect(interval('rmse', { value: 41, low: 39.8, high: 42.9 }, 'en')).toBe('39.8–42.9')
    expect(interval('auc', { value: 0.98, low: 0.961, high: 0.9994 }, 'en')).toBe('0.961–0.999')
    expect(interval('auc', { value: 0.9991, low: 0.9942, high: 0.9999 }, 'en')).toBe('0.9942–0.9999')
  })
})

it('names stand in a sentence as they should', () => {
  expect(['Accuracy', 'AUC', 'F1, macro', 'R²', '准确率'].map(inSentence)).toEqual(['accuracy', 'AUC', 'F1, macro', 'R²', '准确率'])
})

describe('durations', () => {
  it.each([
    [0.04, '40 ms', '40 毫秒'], [7.23, '7.2 s', '7.2 秒'], [185, '3 min 5 s', '3 分 5 秒'], [180, '3 min', '3 分'],
    [4800, '1 h 20 min', '1 小时 20 分'], [114_000, '1 d 7 h', '1 天 7 小时'], [172_800, '2 d', '2 天'], [273_600, '3 d 4 h', '3 天 4 小时'], [-1, '–', '–'], [0.0002, '<1 ms', '<1 毫秒'],
  ])('%s seconds read %s', (secs, en, zh) => {
    expect(duration(secs, 'en')).toBe(en)
    expect(duration(secs, 'zh')).toBe(zh)
  })

  it('are told as how long ago', () => {
    const now = Date.parse('2026-01-02T00:00:00Z')
    expect(ago('2026-01-01T23:59:40Z', now, 'en')).toBe('now')
    expect(ago('2026-01-01T23:57:00Z', now, 'zh')).toBe('3分钟前')
    expect(ago('2026-01-01T00:00:00Z', now, 'en')).toBe('yesterday')
  })
})

describe('sizes', () => {
  it('keep the number small', () => {
    expect(bytes(17)).toBe('17 B')
    expect(bytes(18432)).toBe('18 KiB')
    expect(bytes(4.13 * 1024 * 1024)).toBe('4.1 MiB')
  })

  it('of latencies too', () => {
    expect(latency(38.4, 'en')).toBe('38 µs')
    expect(latency(1420, 'en')).toBe('1.42 ms')
  })
})
