/** Every event on a line: how often, when, by whom, and how it keeps to the plan. */
import { Table, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { EventSummary } from '../../api/types'
import { ago, count, moment } from '../../format'
import { useTongue } from '../../language'
import { Sheet } from '../../parts/Page'
import classes from './Catalogue.module.css'
import { Days } from './Days'
import { lastDay } from './everyDay'
import { Senders } from './Senders'

/** Lines that are shown at once; the rest is found by name. */
const MOST = 200

/** From how many events on there is something to look for. */
const MANY = 10

export function Catalogue({ events }: { events: EventSummary[] }) {
  const { t } = useTranslation()
  const [part, setPart] = useState('')
  const found = events.filter((event) => event.event.toLowerCase().includes(part.trim().toLowerCase()))
  const until = lastDay(events, Date.now())
  return (
    <Sheet
      title={t('events.catalogue')}
      note={t('events.catalogueNote', { day: until })}
      aside={
        events.length >= MANY && (
          <TextInput
            type="search"
            aria-label={t('events.find')}
            placeholder={t('events.find')}
            value={part}
            onChange={(event) => setPart(event.currentTarget.value)}
          />
        )
      }
    >
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('events.catalogue')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('events.event')}</Table.Th>
              <Table.Th ta="right">{t('events.count')}</Table.Th>
              <Table.Th>{t('events.days')}</Table.Th>
              <Table.Th>{t('events.last')}</Table.Th>
              <Table.Th>{t('events.first')}</Table.Th>
              <Table.Th>{t('events.senders')}</Table.Th>
              <Table.Th>{t('events.plan')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.slice(0, MOST).map((event) => (
              <EventLine key={event.event} event={event} until={until} />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {found.length === 0 && <p className={classes.soft}>{t('events.findNone')}</p>}
      {found.length > MOST && <p className={classes.soft}>{t('events.more', { count: found.length - MOST })}</p>}
    </Sheet>
  )
}

function EventLine({ event, until }: { event: EventSummary; until: string }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <Table.Tr data-event={event.event}>
      <Table.Th scope="row" className={classes.name}>
        <Link to={`/events?${new URLSearchParams({ event: event.event })}`}>{event.event}</Link>
        {event.description && <span className={classes.soft}>{event.description}</span>}
      </Table.Th>
      <Table.Td ta="right" className="numbers">
        {count(event.count, tongue)}
      </Table.Td>
      <Table.Td className={classes.days}>
        <Days days={event.days} until={until} />
      </Table.Td>
      <Table.Td className={classes.when} title={moment(event.last_seen, tongue)}>
        {ago(event.last_seen, Date.now(), tongue)}
      </Table.Td>
      <Table.Td className={classes.when} title={moment(event.first_seen, tongue)}>
        {ago(event.first_seen, Date.now(), tongue)}
      </Table.Td>
      <Table.Td>
        <Senders senders={event.senders} />
      </Table.Td>
      <Table.Td className={classes.plan} data-broken={event.violations > 0}>
        {event.violations > 0 ? t('events.planBroken', { count: event.violations }) : t('events.planKept')}
      </Table.Td>
    </Table.Tr>
  )
}
