/** The catalogue of collected events; with an event named in the address, that one in full. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useCatalogue } from '../../api/events'
import type { Catalogue as CatalogueReport } from '../../api/types'
import { count } from '../../format'
import { useTongue } from '../../language'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Figures } from '../../parts/Figures'
import { Page, Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { Waiting } from '../../parts/Waiting'
import { Asides } from './Asides'
import { Catalogue } from './Catalogue'
import { OneEvent } from './OneEvent'
import { Send } from './Send'

export default function Events() {
  const [asked] = useSearchParams()
  const event = asked.get('event')
  return event === null ? <AllEvents /> : <OneEvent key={event} name={event} />
}

function AllEvents() {
  const { t } = useTranslation()
  const catalogue = useCatalogue()
  if (catalogue.isError && !catalogue.data) {
    return <FailedPage error={catalogue.error} retry={() => void catalogue.refetch()} />
  }
  if (!catalogue.data) return <Waiting />
  const { events, aside, warnings = [] } = catalogue.data
  const none = events.length === 0
  return (
    <Page
      title={t('events.title')}
      lead={t('events.lead')}
      actions={
        !none && (
          <Button component={Link} to="/funnel">
            {t('events.ask')}
          </Button>
        )
      }
    >
      <Problems problems={warnings} />
      {none ? (
        <Empty title={t('send.none')}>{t('send.noneText')}</Empty>
      ) : (
        <>
          <Sheet>
            <InAll catalogue={catalogue.data} />
          </Sheet>
          <Catalogue events={events} />
        </>
      )}
      {aside > 0 && <Asides />}
      <Sheet title={t('send.title')} note={t('send.note')} id="send">
        <Send />
      </Sheet>
    </Page>
  )
}

function InAll({ catalogue }: { catalogue: CatalogueReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const violations = catalogue.events.reduce((sum, event) => sum + event.violations, 0)
  return (
    <Figures
      figures={[
        {
          name: t('events.all'),
          value: <span data-testid="total">{count(catalogue.total, tongue)}</span>,
          note: t('events.names', { count: catalogue.events.length }),
        },
        {
          name: t('events.waiting'),
          value: count(catalogue.aside, tongue),
          note: catalogue.aside > 0 ? <a href="#aside">{t('events.waitingSee')}</a> : t('events.waitingNone'),
          bad: catalogue.aside > 0,
        },
        {
          name: t('events.violations'),
          value: count(violations, tongue),
          note: t(violations > 0 ? 'events.violationsNote' : 'events.violationsNone'),
          bad: violations > 0,
        },
        {
          name: t('events.withoutIds'),
          value: count(catalogue.without_ids, tongue),
          note: t(catalogue.without_ids > 0 ? 'events.withoutIdsNote' : 'events.withoutIdsNone'),
        },
      ]}
    />
  )
}
