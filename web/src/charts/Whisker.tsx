/** An estimate with its 95% interval on a line from `from` to `to`, with the value of guessing as a tick where it is known. */
import classes from './Whisker.module.css'

interface WhiskerProps {
  value: number
  low: number
  high: number
  from: number
  to: number
  guess?: number
}

export function Whisker({ value, low, high, from, to, guess }: WhiskerProps) {
  const at = (x: number) => `${Math.min(100, Math.max(0, ((x - from) / Math.max(1e-12, to - from)) * 100))}%`
  return (
    <span className={classes.line} aria-hidden="true">
      {guess !== undefined && <span className={classes.guess} style={{ left: at(guess) }} />}
      <span className={classes.span} style={{ left: at(low), width: `calc(${at(high)} - ${at(low)})` }} />
      <span className={classes.point} style={{ left: at(value) }} />
    </span>
  )
}
