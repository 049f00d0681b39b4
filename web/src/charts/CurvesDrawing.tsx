/** Curves drawn by ECharts, in the page's colours, redrawn when the scheme changes. */
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Curve, CurvesProps } from './curve'
import { init } from './echarts'

export default function CurvesDrawing({ curves, mark, xName, xMax, height = 260, formatY }: CurvesProps) {
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(null)
  const scheme = useComputedColorScheme('light')

  useEffect(() => {
    const drawing = init(frame.current!, null, { renderer: 'svg' })
    chart.current = drawing
    const watch = new ResizeObserver(() => drawing.resize())
    watch.observe(frame.current!)
    return () => {
      watch.disconnect()
      drawing.dispose()
    }
  }, [])

  useEffect(() => {
    chart.current?.setOption(option({ curves, mark, xName, xMax, formatY }), { notMerge: true })
  }, [curves, mark, xName, xMax, formatY, scheme])

  return <div ref={frame} style={{ height }} aria-hidden="true" />
}

function option({ curves, mark, xName, xMax, formatY }: Omit<CurvesProps, 'title' | 'height'>) {
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const text = { color: color('soft'), fontFamily: style.getPropertyValue('--face-text'), fontSize: 12 }
  return {
    animation: false,
    grid: { left: 4, right: 18, top: 14, bottom: 26, containLabel: true },
    tooltip: {
      trigger: 'axis',
      backgroundColor: color('sheet'),
      borderColor: color('line-strong'),
      textStyle: { ...text, color: color('ink') },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? formatY(value) : '–'),
      axisPointer: { lineStyle: { color: color('line-strong') } },
    },
    xAxis: {
      type: 'value',
      name: xName,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: text,
      min: 0,
      max: xMax,
      minInterval: 1,
      axisLabel: text,
      axisLine: { lineStyle: { color: color('line-strong') } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      axisLabel: { ...text, formatter: formatY },
      splitLine: { lineStyle: { color: color('line') } },
      splitNumber: 4,
    },
    series: curves.map((curve) => line(curve, color(curve.color), mark, color)),
  }
}

function line(curve: Curve, stroke: string, mark: CurvesProps['mark'], color: (name: string) => string) {
  const marked = mark && curve.points.some(([x, y]) => x === mark.x && y === mark.y)
  return {
    name: curve.name,
    type: 'line',
    data: curve.points,
    symbol: curve.faint ? 'none' : 'circle',
    symbolSize: 6,
    showSymbol: !curve.faint && curve.points.length < 40,
    lineStyle: {
      color: stroke,
      width: curve.faint ? 1 : 2.25,
      opacity: curve.faint ? 0.55 : 1,
      type: curve.dashed ? 'dashed' : 'solid',
    },
    itemStyle: { color: stroke },
    markPoint: marked
      ? {
          symbol: 'circle',
          symbolSize: 13,
          itemStyle: { color: color('sheet'), borderColor: stroke, borderWidth: 3 },
          label: {
            show: true,
            position: 'top',
            formatter: mark.label,
            color: color('ink'),
            fontSize: 12,
            // The other curve may pass behind it.
            backgroundColor: color('sheet'),
            padding: [1, 4],
            borderRadius: 4,
          },
          data: [{ coord: [mark.x, mark.y] }],
        }
      : undefined,
  }
}
