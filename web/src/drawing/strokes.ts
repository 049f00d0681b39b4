/** A drawing as the strokes that made it, so that the last one can be taken back. */
import type { Grey } from './digit'

export type Point = [x: number, y: number]
export type Stroke = Point[]

/** Side of the drawing's own pixels; the screen may show it larger or smaller. */
export const SIDE = 280

/** Width of the pen: a felt-tip's on this sheet, so that 20 × 20 pixels show a stroke two or three wide. */
export const PEN = 22

/** Draws the strokes in one colour on an emptied canvas. */
export function paint(context: CanvasRenderingContext2D, strokes: Stroke[], color: string) {
  context.clearRect(0, 0, SIDE, SIDE)
  context.lineWidth = PEN
  context.lineCap = 'round'
  context.lineJoin = 'round'
  context.strokeStyle = color
  for (const stroke of strokes) {
    context.beginPath()
    context.moveTo(...stroke[0]!)
    // A dot is a line to itself; between points the pen runs through their middles, which rounds the corners.
    if (stroke.length === 1) context.lineTo(stroke[0]![0] + 0.01, stroke[0]![1])
    for (let index = 1; index < stroke.length; index += 1) {
      const [x, y] = stroke[index]!
      const [beforeX, beforeY] = stroke[index - 1]!
      context.quadraticCurveTo(beforeX, beforeY, (beforeX + x) / 2, (beforeY + y) / 2)
    }
    context.lineTo(...stroke.at(-1)!)
    context.stroke()
  }
}

/** The ink on a canvas, whatever its colour: how opaque each pixel is. */
export function inkOf(context: CanvasRenderingContext2D): Grey {
  const { data } = context.getImageData(0, 0, SIDE, SIDE)
  const pixels = new Float32Array(SIDE * SIDE)
  for (let index = 0; index < pixels.length; index += 1) pixels[index] = data[index * 4 + 3]!
  return { width: SIDE, height: SIDE, pixels }
}
