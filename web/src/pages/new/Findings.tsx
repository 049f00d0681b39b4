/** What a person should look at in a table, most important first. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Finding } from '../../api/types'
import { Icon } from '../../parts/Icon'
import { Say } from '../../parts/Say'
import classes from './Findings.module.css'

const SHOWN = 5

export function Findings({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation()
  const [all, setAll] = useState(false)
  if (findings.length === 0) {
    return (
      <p className={classes.none}>
        <Icon name="check" /> {t('finding.none')}
      </p>
    )
  }
  return (
    <>
      <ul className={classes.findings}>
        {(all ? findings : findings.slice(0, SHOWN)).map((finding, index) => (
          <li key={`${finding.kind}-${finding.column}-${index}`}>
            <span className={classes.kind}>{t(`finding.${finding.kind}`)}</span>
            <div>
              <Say phrase={finding.message} />
              {finding.advice && (
                <p className={classes.advice}>
                  <Say phrase={finding.advice} />
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {findings.length > SHOWN && !all && (
        <Button variant="subtle" size="compact-sm" mb="md" onClick={() => setAll(true)}>
          {t('finding.more', { count: findings.length - SHOWN })}
        </Button>
      )}
    </>
  )
}
