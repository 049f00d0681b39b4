/** One model in the list of the watched: its numbers and what a person should know first. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useMonitor } from '../../api/monitor'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Say } from '../../parts/Say'
import classes from './Fares.module.css'
import { Figures } from './Figures'

export function Fares({ name }: { name: string }) {
  const { t } = useTranslation()
  const monitor = useMonitor(name)
  return (
    <li className={`sheet ${classes.fares}`}>
      <div className={classes.head}>
        <h2>
          <Link to={`/models/${name}/monitor`}>{name}</Link>
        </h2>
        <Link to={`/models/${name}/monitor`} className={classes.way} aria-label={t('monitor.openModel', { model: name })}>
          {t('monitor.open')} <Icon name="arrow" size={15} />
        </Link>
      </div>
      {monitor.isError && <Failed error={monitor.error} />}
      {monitor.data && (
        <>
          <Figures report={monitor.data} />
          {monitor.data.findings[0] && (
            <p className={classes.finding}>
              <Say phrase={monitor.data.findings[0]} />
            </p>
          )}
        </>
      )}
    </li>
  )
}
