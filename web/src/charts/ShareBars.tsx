/** Shares of a whole, one bar a line; with a second bar under the first where two things are compared. */
import type { ReactNode } from 'react'
import { percent } from '../format'
import { useTongue } from '../language'
import classes from './ShareBars.module.css'

export interface ShareBar {
  label: string
  share: number
  /** A second share for the same label, drawn below. */
  against?: number
  /** The bar that matters. */
  strong?: boolean
  note?: ReactNode
}

interface ShareBarsProps {
  label: string
  bars: ShareBar[]
  /** What the two bars of a line are, when there are two. */
  names?: [first: string, second: string]
  /** The colour of the first bar. */
  color?: 'mark' | 'answer'
  /** Bars fill the line at this share; 1 when absent. */
  full?: number
  digits?: number
}

export function ShareBars({ label, bars, names, color = 'mark', full = 1, digits }: ShareBarsProps) {
  const tongue = useTongue()
  const width = (share: number) => `${Math.min(100, (share / full) * 100)}%`
  return (
    <div>
      {names && (
        <p className={classes.names}>
          <span>
            <i data-color={color} /> {names[0]}
          </span>
          <span>
            <i data-color="soft" /> {names[1]}
          </span>
        </p>
      )}
      <ul className={classes.bars} aria-label={label}>
        {bars.map((bar) => (
          <li key={bar.label} className={classes.line} data-strong={bar.strong}>
            <span className={classes.label} title={bar.label}>
              {bar.label}
            </span>
            <span className={classes.track}>
              <span className={classes.bar} data-color={color} style={{ width: width(bar.share) }} />
              {bar.against !== undefined && (
                <span className={classes.bar} data-color="soft" style={{ width: width(bar.against) }} />
              )}
            </span>
            <span className={`${classes.value} numbers`}>
              {percent(bar.share, tongue, digits)}
              {bar.against !== undefined && <span className={classes.against}> / {percent(bar.against, tongue, digits)}</span>}
              {bar.note && <span className={classes.against}> {bar.note}</span>}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
