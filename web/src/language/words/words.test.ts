import { describe, expect, it } from 'vitest'
import { en, zh } from '.'

/** Every text by its path. */
function flat(branch: object, path = ''): [string, string][] {
  return Object.entries(branch).flatMap(([key, value]: [string, string | object]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`),
  )
}

const holes = (text: string) => [...new Set(text.match(/{{\w+}}/g))].sort()
const chinese = new Map(flat(zh))

describe('the words', () => {
  it.each(flat(en))('%s names the same values in both languages', (path, text) => {
    const other = chinese.get(path) ?? ''
    expect(other).not.toBe('')
    // A plural form may spell its one thing out.
    if (path.endsWith('_one') || path.endsWith('_other')) return
    expect(holes(other)).toEqual(holes(text))
  })

  it('are Chinese where they are to be Chinese', () => {
    const plain = flat(zh).filter(([, text]) => !/[\u4e00-\u9fff]/.test(text)).map(([path]) => path)
    // Names of methods and measures that Chinese readers know by their Latin letters.
    for (const path of plain) expect(path).toMatch(/^(optimizer|metric)\.|^monitor\.(psi|drifted_)/)
  })
})
