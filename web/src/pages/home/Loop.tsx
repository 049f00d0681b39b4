/** The model loop as a wheel with six stops; each says how far the project has come there, and leads to its page. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import classes from './Loop.module.css'

interface LoopProps {
  counts: { tables: number; runs: number; models: number; deployed: number }
  /** Something trains just now. */
  busy: boolean
}

const RADIUS = 132
const CENTRE = 200
/** The part of the square that is drawn on: five stops leave the bottom empty. */
const TOP = 28
const TALL = 320

export function Loop({ counts, busy }: LoopProps) {
  const { t } = useTranslation()
  const stops = [
    { name: t('loop.prepare'), to: '/new', count: counts.tables, unit: t('loop.tables', { count: counts.tables }) },
    { name: t('loop.train'), to: '/runs', count: counts.runs, unit: t('loop.runs', { count: counts.runs }) },
    { name: t('loop.evaluate'), to: '/runs', count: counts.models, unit: t('loop.models', { count: counts.models }) },
    { name: t('loop.deploy'), to: '/models', count: counts.deployed, unit: t('loop.deployed', { count: counts.deployed }) },
    { name: t('loop.monitor'), to: '/monitor', count: counts.deployed, unit: t('loop.watched', { count: counts.deployed }) },
  ]
  const turn = 360 / stops.length
  return (
    <nav className={classes.loop} aria-label={t('loop.label')}>
      <svg viewBox={`0 ${TOP} ${CENTRE * 2} ${TALL}`} aria-hidden="true" focusable="false">
        <circle className={classes.rim} cx={CENTRE} cy={CENTRE} r={RADIUS} />
        {busy && <circle className={classes.busy} cx={CENTRE} cy={CENTRE} r={RADIUS} />}
        <g>
          {stops.map((stop, index) => {
            const [x, y] = at(index * turn + turn / 2, RADIUS)
            return (
              <path
                key={stop.name}
                className={classes.way}
                d="M-7 -7 0 0 -7 7"
                transform={`translate(${x} ${y}) rotate(${index * turn + turn / 2})`}
              />
            )
          })}
          {stops.map((stop, index) => {
            const [x1, y1] = at(index * turn, 26)
            const [x2, y2] = at(index * turn, RADIUS - 16)
            return <line key={stop.name} className={classes.spoke} x1={x1} y1={y1} x2={x2} y2={y2} />
          })}
        </g>
        <circle className={classes.axle} cx={CENTRE} cy={CENTRE} r={22} />
        <circle className={classes.hub} cx={CENTRE} cy={CENTRE} r={11} />
      </svg>
      <ol>
        {stops.map((stop, index) => {
          const [x, y] = at(index * turn, RADIUS)
          return (
            <li key={stop.name} style={{ left: `${(x / (CENTRE * 2)) * 100}%`, top: `${((y - TOP) / TALL) * 100}%` }}>
              <Link to={stop.to} className={classes.stop} data-reached={stop.count > 0}>
                <strong>{stop.name}</strong>
                <span>{stop.unit}</span>
              </Link>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

/** A point at an angle from the top, clockwise, in degrees. */
function at(angle: number, radius: number): [x: number, y: number] {
  const radians = ((angle - 90) * Math.PI) / 180
  return [CENTRE + radius * Math.cos(radians), CENTRE + radius * Math.sin(radians)]
}
