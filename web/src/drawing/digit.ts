/**
 * A drawing made into what a digit reader was trained on.
 *
 * MNIST's own steps (Y. LeCun, C. Cortes, C. Burges, "The MNIST database"): the ink is cut out, scaled to fit a
 * 20 × 20 box with its proportions kept and its edges smoothed, and laid into 28 × 28 with its centre of mass in the middle.
 * Ink is bright on a dark ground, 0 to 255.
 */

/** Grey pixels row by row, 0 (no ink) to 255. */
export interface Grey {
  width: number
  height: number
  pixels: Float32Array
}

/** The box that holds the ink; `right` and `bottom` are outside. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** Ink below this is the faint edge of a stroke, not a part of the figure. */
const FAINT = 20

/** The drawing as `size` × `size` pixels with its ink in a box of `size − 8`; absent when nothing is drawn. */
export function digit(drawing: Grey, size = 28): Float32Array | undefined {
  const box = inkBox(drawing)
  if (!box) return undefined
  const inner = Math.max(1, Math.round((size * 20) / 28))
  const scale = inner / Math.max(box.right - box.left, box.bottom - box.top)
  const width = Math.max(1, Math.round((box.right - box.left) * scale))
  const height = Math.max(1, Math.round((box.bottom - box.top) * scale))
  return centred(shrink(drawing, box, width, height), size)
}

/** The smallest box that holds all the ink; absent when there is none. */
export function inkBox({ width, height, pixels }: Grey): Box | undefined {
  const box: Box = { left: width, top: height, right: 0, bottom: 0 }
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (pixels[y * width + x]! < FAINT) continue
      box.left = Math.min(box.left, x)
      box.right = Math.max(box.right, x + 1)
      box.top = Math.min(box.top, y)
      box.bottom = y + 1
    }
  }
  return box.right > box.left ? box : undefined
}

/** A box of the drawing at another size; each pixel is the mean of the area that it covers. */
export function shrink(drawing: Grey, box: Box, width: number, height: number): Grey {
  const across = overlaps(box.left, box.right, width, drawing.width)
  const down = overlaps(box.top, box.bottom, height, drawing.height)
  const pixels = new Float32Array(width * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0
      let weight = 0
      for (const [row, tall] of down[y]!) {
        for (const [column, wide] of across[x]!) {
          sum += drawing.pixels[row * drawing.width + column]! * tall * wide
          weight += tall * wide
        }
      }
      pixels[y * width + x] = weight > 0 ? sum / weight : 0
    }
  }
  return { width, height, pixels }
}

/**
 * The figure in a square of `size`, its centre of mass in the middle, to the nearest pixel and never cut.
 *
 * The middle of 28 pixels is where MNIST has it, in the middle of the pixel at 14 and not on the border before it:
 * over its images the centre of mass lies at 14.5 ± 0.3, evenly between 14 and 15.
 */
export function centred(figure: Grey, size: number): Float32Array {
  const [massX, massY] = centreOfMass(figure)
  const middle = Math.floor(size / 2) + 0.5
  const left = clamp(Math.round(middle - massX), 0, size - figure.width)
  const top = clamp(Math.round(middle - massY), 0, size - figure.height)
  const square = new Float32Array(size * size)
  for (let y = 0; y < figure.height; y += 1) {
    const row = figure.pixels.subarray(y * figure.width, (y + 1) * figure.width)
    square.set(row, (y + top) * size + left)
  }
  return square.map((pixel) => Math.round(clamp(pixel, 0, 255)))
}

/** Where the ink weighs evenly to all sides, in pixels from the left and the top; the middle of a pixel is at one half. */
export function centreOfMass({ width, height, pixels }: Grey): [x: number, y: number] {
  let mass = 0
  let x = 0
  let y = 0
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const ink = pixels[row * width + column]!
      mass += ink
      x += ink * (column + 0.5)
      y += ink * (row + 0.5)
    }
  }
  return mass > 0 ? [x / mass, y / mass] : [width / 2, height / 2]
}

/** For each of `count` equal pieces of `[from, to)`: which cells it covers, and how much of each. */
function overlaps(from: number, to: number, count: number, cells: number): [cell: number, cover: number][][] {
  const step = (to - from) / count
  return Array.from({ length: count }, (_, piece) => {
    const start = from + piece * step
    const end = start + step
    const covered: [number, number][] = []
    for (let cell = Math.floor(start); cell < Math.min(cells, Math.ceil(end)); cell += 1) {
      const cover = Math.min(end, cell + 1) - Math.max(start, cell)
      if (cover > 0) covered.push([cell, cover])
    }
    return covered
  })
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
