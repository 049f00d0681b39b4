/** The newest arrivals of an event, as they arrive. */
import { useTranslation } from 'react-i18next'
import { useNewest } from '../../api/events'
import type { SeenEvent } from '../../api/types'
import { ago, moment } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Sheet } from '../../parts/Page'
import { Snippet } from '../../parts/Snippet'
import { newestOf } from './arrivals'
import classes from './OneEvent.module.css'

const SHOWN = 20

/** `waiting` are those that stand on the disk and not yet in the table; they outlive the server. */
export function Newest({ event, waiting }: { event: string; waiting: SeenEvent[] }) {
  const { t } = useTranslation()
  const newest = useNewest(event, SHOWN)
  const arrivals = newestOf([newest.data ?? [], waiting], SHOWN)
  return (
    <Sheet
      title={t('event.newest')}
      note={t('event.newestNote')}
      aside={
        <span className={classes.live}>
          <i aria-hidden="true" /> {t('event.live')}
        </span>
      }
    >
      {newest.isError && !newest.data && <Failed error={newest.error} retry={() => void newest.refetch()} />}
      {arrivals.length === 0 && !newest.isError && <p className={classes.none}>{t('event.newestNone')}</p>}
      {arrivals.length > 0 && (
        <ol className={classes.arrivals} data-testid="newest">
          {arrivals.map((arrival) => (
            <Arrival key={arrival.uuid} arrival={arrival} />
          ))}
        </ol>
      )}
    </Sheet>
  )
}

function Arrival({ arrival }: { arrival: SeenEvent }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const count = Object.keys(arrival.properties).length
  return (
    <li>
      <details>
        <summary>
          <span title={moment(arrival.time, tongue)}>{ago(arrival.time, Date.now(), tongue)}</span>
          <span title={arrival.distinct_id}>{arrival.distinct_id}</span>
          <span className={classes.soft}>
            {arrival.source} · {t('event.carries', { count })}
          </span>
        </summary>
        <div className={classes.carried}>
          <Snippet
            text={JSON.stringify({ time: arrival.time, uuid: arrival.uuid, properties: arrival.properties }, null, 2)}
            label="JSON"
          />
        </div>
      </details>
    </li>
  )
}
