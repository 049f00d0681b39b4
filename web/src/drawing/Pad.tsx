/** A sheet to draw a figure on, with mouse, finger, pen or the arrow keys. */
import { Button, useComputedColorScheme } from '@mantine/core'
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../parts/Icon'
import type { Grey } from './digit'
import classes from './Pad.module.css'
import { inkOf, paint, PEN, type Point, SIDE, type Stroke } from './strokes'

/** How far an arrow key moves the pen. */
const STEP = 10

interface PadProps {
  /** The ink, after each change. */
  onDraw: (ink: Grey) => void
  /** Whether the pen is on the sheet. */
  onPen: (down: boolean) => void
}

export function Pad({ onDraw, onPen }: PadProps) {
  const { t } = useTranslation()
  const canvas = useRef<HTMLCanvasElement>(null)
  const drawing = useRef(false)
  const [strokes, setStrokes] = useState<Stroke[]>([])
  const [pen, setPen] = useState<{ at: Point; down: boolean }>()
  const help = useId()
  const scheme = useComputedColorScheme('light')

  useEffect(() => {
    const context = canvas.current!.getContext('2d', { willReadFrequently: true })!
    paint(context, strokes, getComputedStyle(canvas.current!).color)
    onDraw(inkOf(context))
  }, [strokes, scheme, onDraw])

  const begin = useCallback((point: Point) => setStrokes((before) => [...before, [point]]), [])
  const go = useCallback(
    (points: Point[]) =>
      setStrokes((before) => {
        const last = before.at(-1)
        return last ? [...before.slice(0, -1), [...last, ...points]] : [points]
      }),
    [],
  )

  const place = (event: { clientX: number; clientY: number }): Point => {
    const box = canvas.current!.getBoundingClientRect()
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE]
  }

  const press = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0) return
    canvas.current!.setPointerCapture(event.pointerId)
    drawing.current = true
    onPen(true)
    setPen(undefined)
    begin(place(event))
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!drawing.current) return
    const between = event.nativeEvent.getCoalescedEvents?.() ?? []
    go((between.length > 0 ? between : [event.nativeEvent]).map(place))
  }
  const lift = () => {
    drawing.current = false
    onPen(false)
  }

  const key = (event: KeyboardEvent<HTMLCanvasElement>) => {
    const at = pen?.at ?? [SIDE / 2, SIDE / 4]
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key]
    if (way) {
      const next: Point = [within(at[0] + way[0]! * STEP), within(at[1] + way[1]! * STEP)]
      setPen({ at: next, down: pen?.down ?? false })
      if (pen?.down) go([next])
    } else if (event.key === ' ') {
      setPen({ at, down: !pen?.down })
      onPen(!pen?.down)
      if (!pen?.down) begin(at)
    } else if (event.key === 'Backspace') {
      setStrokes((before) => before.slice(0, -1))
    } else {
      return
    }
    event.preventDefault()
  }

  return (
    <div className={classes.pad}>
      <div className={classes.sheet}>
        <canvas
          ref={canvas}
          width={SIDE}
          height={SIDE}
          className={classes.canvas}
          role="application"
          tabIndex={0}
          aria-label={t('pad.label')}
          aria-describedby={help}
          onPointerDown={press}
          onPointerMove={move}
          onPointerUp={lift}
          onPointerCancel={lift}
          onKeyDown={key}
          onBlur={() => {
            setPen(undefined)
            onPen(false)
          }}
        />
        {strokes.length === 0 && !pen && <p className={classes.invitation}>{t('pad.invitation')}</p>}
        {pen && (
          <span
            className={classes.pen}
            data-down={pen.down}
            style={{ left: `${(pen.at[0] / SIDE) * 100}%`, top: `${(pen.at[1] / SIDE) * 100}%`, width: PEN, height: PEN }}
          />
        )}
      </div>
      <div className={classes.tools}>
        <Button
          variant="default"
          size="sm"
          leftSection={<Icon name="undo" size={16} />}
          disabled={strokes.length === 0}
          onClick={() => setStrokes((before) => before.slice(0, -1))}
        >
          {t('pad.undo')}
        </Button>
        <Button
          variant="default"
          size="sm"
          leftSection={<Icon name="clear" size={16} />}
          disabled={strokes.length === 0}
          onClick={() => setStrokes([])}
        >
          {t('pad.clear')}
        </Button>
      </div>
      <p id={help} className={classes.help}>
        {t('pad.help')}
      </p>
    </div>
  )
}

function within(at: number): number {
  return Math.min(SIDE - PEN / 2, Math.max(PEN / 2, at))
}
