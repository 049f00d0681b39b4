import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { centreOfMass, centred, digit, type Grey, inkBox, shrink } from './digit'

/** A drawing from lines of text: `#` is ink, anything else is not. */
function drawn(...lines: string[]): Grey {
  const width = lines[0]!.length
  const pixels = new Float32Array(width * lines.length)
  lines.forEach((line, y) => [...line].forEach((mark, x) => (pixels[y * width + x] = mark === '#' ? 255 : 0)))
  return { width, height: lines.length, pixels }
}

/** A filled rectangle on an empty ground. */
function rectangle(side: number, left: number, top: number, width: number, height: number): Grey {
  const pixels = new Float32Array(side * side)
  for (let y = top; y < top + height; y += 1) pixels.fill(255, y * side + left, y * side + left + width)
  return { width: side, height: side, pixels }
}

const square = (pixels: Float32Array, side = 28): Grey => ({ width: side, height: side, pixels })

describe('inkBox', () => {
  it('holds the ink and nothing else', () => {
    expect(inkBox(drawn('.....', '..#..', '.##..', '.....'))).toEqual({ left: 1, top: 1, right: 3, bottom: 3 })
  })

  it('is absent on an empty ground', () => {
    expect(inkBox(drawn('...', '...'))).toBeUndefined()
  })
})

describe('shrink', () => {
  it('takes the mean of the area under each pixel', () => {
    const half = shrink(drawn('##..', '#...', '..##', '..##'), { left: 0, top: 0, right: 4, bottom: 4 }, 2, 2)
    expect([...half.pixels]).toEqual([191.25, 0, 0, 255])
  })

  it('keeps the total ink when the sizes do not divide', () => {
    const drawing = rectangle(30, 3, 4, 11, 17)
    const small = shrink(drawing, { left: 0, top: 0, right: 30, bottom: 30 }, 7, 7)
    const ink = small.pixels.reduce((sum, pixel) => sum + pixel, 0) * (30 / 7) ** 2
    expect(ink / (11 * 17 * 255)).toBeCloseTo(1, 4)
  })
})

describe('digit', () => {
  it('is absent when nothing is drawn', () => {
    expect(digit({ width: 280, height: 280, pixels: new Float32Array(280 * 280) })).toBeUndefined()
  })

  it('fits the longer side of the ink into 20 pixels and keeps the proportions', () => {
    const box = inkBox(square(digit(rectangle(280, 20, 30, 40, 200))!))!
    expect(box.bottom - box.top).toBe(20)
    expect(box.right - box.left).toBe(4)
  })

  it('puts the centre of mass in the middle, wherever it was drawn', () => {
    for (const [left, top] of [[0, 0], [200, 10], [90, 150]] as const) {
      const [x, y] = centreOfMass(square(digit(rectangle(280, left, top, 60, 90))!))
      expect(Math.abs(x - 14.5)).toBeLessThanOrEqual(0.5)
      expect(Math.abs(y - 14.5)).toBeLessThanOrEqual(0.5)
    }
  })

  it('gives the same pixels for the same figure at another place and another size', () => {
    const small = digit(rectangle(280, 10, 10, 40, 80))!
    const large = digit(rectangle(280, 60, 40, 100, 200))!
    expect([...small]).toEqual([...large])
  })

  it('stays inside the square when the ink is lopsided', () => {
    const lopsided = rectangle(280, 0, 0, 200, 30)
    for (let y = 0; y < 200; y += 1) lopsided.pixels[y * 280] = 255
    const ink = digit(lopsided)!
    const box = inkBox(square(ink))!
    expect(box.left).toBeGreaterThanOrEqual(0)
    expect(box.right).toBeLessThanOrEqual(28)
    expect(Math.max(...ink)).toBe(255)
  })

  it('serves other sizes in the same proportion', () => {
    const ink = digit(rectangle(280, 50, 50, 100, 100), 14)!
    expect(ink.length).toBe(14 * 14)
    const box = inkBox(square(ink, 14))!
    expect(box.right - box.left).toBe(10)
  })
})

describe('centred', () => {
  it('never leaves the range of a byte', () => {
    const figure: Grey = { width: 2, height: 1, pixels: new Float32Array([-3, 999]) }
    expect([...centred(figure, 4)].every((pixel) => pixel >= 0 && pixel <= 255)).toBe(true)
  })
})

/** `$FLYWHEEL_DATA` as the other tests have it. */
const MNIST = `${process.env.FLYWHEEL_DATA ?? ''}/vision_mnist/t10k-images-idx3-ubyte.gz`
const there = existsSync(MNIST)
if (!there) console.warn('FLYWHEEL_DATA holds no MNIST: its own images are not compared')

describe.runIf(there)("MNIST's own images", () => {
  const SIDE = 28
  const LARGER = 10
  const images = there ? gunzipSync(readFileSync(MNIST)).subarray(16) : Buffer.alloc(0)

  it('come back as they were after being drawn ten times larger', () => {
    for (let index = 0; index < 200; index += 1) {
      const image = images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE)
      const large = Float32Array.from({ length: (SIDE * LARGER) ** 2 }, (_, at) => {
        const x = Math.floor((at % (SIDE * LARGER)) / LARGER)
        const y = Math.floor(at / (SIDE * LARGER) / LARGER)
        return image[y * SIDE + x]!
      })
      const again = digit({ width: SIDE * LARGER, height: SIDE * LARGER, pixels: large })!
      const off = again.reduce((sum, pixel, at) => sum + Math.abs(pixel - image[at]!), 0) / image.length
      expect(off, `image ${index}`).toBeLessThan(3)
    }
  })
})
