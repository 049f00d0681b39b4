/** How sure the model was against how often it was right: dots as large as their groups, beside the line of honesty. */
import { useTranslation } from 'react-i18next'
import type { CalibrationBin } from '../api/types'
import { count, percent } from '../format'
import { useTongue } from '../language'
import classes from './Calibration.module.css'

const SIDE = 240

export function Calibration({ bins }: { bins: CalibrationBin[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const filled = bins.filter((bin) => bin.rows > 0)
  const most = Math.max(1, ...filled.map((bin) => bin.rows))
  const words = filled.map((bin) =>
    t('report.calibrationBin', {
      sure: percent(bin.confidence, tongue, 0),
      right: percent(bin.accuracy, tongue, 0),
      rows: count(bin.rows, tongue),
      count: bin.rows,
    }),
  )
  return (
    <div className={classes.calibration}>
      <svg viewBox={`-34 -14 ${SIDE + 52} ${SIDE + 50}`} role="img" aria-label={words.join('; ')}>
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <g key={share}>
            <line className={classes.grid} x1={0} x2={SIDE} y1={SIDE * (1 - share)} y2={SIDE * (1 - share)} />
            <text className={classes.tick} x={-6} y={SIDE * (1 - share) + 4} textAnchor="end">
              {percent(share, tongue, 0)}
            </text>
            <text className={classes.tick} x={SIDE * share} y={SIDE + 16} textAnchor="middle">
              {percent(share, tongue, 0)}
            </text>
          </g>
        ))}
        <line className={classes.honest} x1={0} y1={SIDE} x2={SIDE} y2={0} />
        {filled.map((bin, index) => (
          <circle
            key={bin.confidence}
            className={classes.dot}
            cx={SIDE * bin.confidence}
            cy={SIDE * (1 - bin.accuracy)}
            r={3 + 9 * Math.sqrt(bin.rows / most)}
          >
            <title>{words[index]}</title>
          </circle>
        ))}
        <text className={classes.axis} x={SIDE / 2} y={SIDE + 32} textAnchor="middle">
          {t('report.sure')}
        </text>
      </svg>
      <ul className={`${classes.words} numbers`}>
        {words.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </div>
  )
}
