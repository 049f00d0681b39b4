/** What a chart of curves is told, in the page's terms and not in a library's. */

/** One line; points in the order of `x`. */
export interface Curve {
  name: string
  /** Which of the page's colours. */
  color: 'mark' | 'answer' | 'soft' | 'wrong'
  points: [x: number, y: number][]
  dashed?: boolean
  /** A thin line without marks, for something measured many times an epoch. */
  faint?: boolean
}

/** A point worth pointing out, such as the epoch that was kept. */
export interface CurveMark {
  x: number
  y: number
  label: string
}

export interface CurvesProps {
  /** What the chart shows, for those who do not see it. */
  title: string
  curves: Curve[]
  mark?: CurveMark
  xName: string
  /** The right end of the axis, so that a run under way does not jump. */
  xMax?: number
  height?: number
  formatY: (value: number) => string
}
