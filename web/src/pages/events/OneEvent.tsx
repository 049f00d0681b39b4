/** One event in full: its days, what it carries, how it breaks the plan, and the newest as they arrive. */
import { Button, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useEvent } from '../../api/events'
import type { EventDetail, Violation } from '../../api/types'
import { ago, count, moment } from '../../format'
import { useTongue } from '../../language'
import { FailedPage } from '../../parts/Failed'
import { Figures } from '../../parts/Figures'
import { Page, Sheet } from '../../parts/Page'
import { Coded, Say } from '../../parts/Say'
import { Waiting } from '../../parts/Waiting'
import { Days } from './Days'
import { everyDay, lastDay } from './everyDay'
import { Newest } from './Newest'
import classes from './OneEvent.module.css'
import { Properties } from './Properties'
import { Senders } from './Senders'

export function OneEvent({ name }: { name: string }) {
  const { t } = useTranslation()
  const event = useEvent(name)
  if (event.isError && !event.data) return <FailedPage error={event.error} retry={() => void event.refetch()} />
  if (!event.data) return <Waiting />
  const { summary, properties, violations, newest } = event.data
  return (
    <Page
      title={summary.event}
      above={<Link to="/events">{t('events.title')}</Link>}
      lead={summary.description}
      actions={
        <Button component={Link} to={`/funnel?${new URLSearchParams({ step: name })}`}>
          {t('event.begin')}
        </Button>
      }
    >
      <Sheet>
        <Summary event={event.data} />
      </Sheet>
      {violations.length > 0 && (
        <Sheet title={t('event.violations')} note={<Coded text={t('event.violationsNote')} />}>
          <Violations violations={violations} />
        </Sheet>
      )}
      <Newest event={name} waiting={newest} />
      <Sheet title={t('event.properties')} note={<Coded text={t('event.propertiesNote')} />}>
        <Properties properties={properties} of={summary.count} />
      </Sheet>
    </Page>
  )
}

function Summary({ event: { summary } }: { event: EventDetail }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const now = Date.now()
  const until = lastDay([summary], now)
  const days = everyDay(summary.days, until, 30)
  return (
    <div className={classes.summary}>
      <Figures
        figures={[
          { name: t('events.count'), value: count(summary.count, tongue), note: <Senders senders={summary.senders} /> },
          { name: t('events.last'), value: ago(summary.last_seen, now, tongue), note: moment(summary.last_seen, tongue) },
          { name: t('events.first'), value: ago(summary.first_seen, now, tongue), note: moment(summary.first_seen, tongue) },
          {
            name: t('events.violations'),
            value: count(summary.violations, tongue),
            note: t(summary.violations > 0 ? 'events.violationsNote' : 'events.violationsNone'),
            bad: summary.violations > 0,
          },
        ]}
      />
      <div>
        <Days days={summary.days} until={until} height={90} />
        <p className={`${classes.ends} numbers`}>
          <span>{days[0]?.day}</span>
          <span>{t('events.daysMost', { most: count(Math.max(...days.map((day) => day.count)), tongue) })}</span>
          <span>{until}</span>
        </p>
      </div>
    </div>
  )
}

function Violations({ violations }: { violations: Violation[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('event.violations')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('event.property')}</Table.Th>
            <Table.Th>{t('event.rule')}</Table.Th>
            <Table.Th ta="right">{t('events.count')}</Table.Th>
            <Table.Th>{t('events.last')}</Table.Th>
            <Table.Th>{t('event.examples')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {violations.map((violation) => (
            <Table.Tr key={`${violation.property} ${violation.rule.en}`}>
              <Table.Th scope="row">{violation.property}</Table.Th>
              <Table.Td>
                <Say phrase={violation.rule} />
              </Table.Td>
              <Table.Td ta="right" className="numbers">
                {count(violation.count, tongue)}
              </Table.Td>
              <Table.Td className={classes.soft}>{ago(violation.last_seen, Date.now(), tongue)}</Table.Td>
              <Table.Td className={classes.code}>{violation.examples.join(' · ')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
