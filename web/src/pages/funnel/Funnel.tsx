/** A funnel: the question as a form, kept in the page's address, and below it the answer. */
import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useSearchParams } from 'react-router'
import { useCatalogue, useProperties } from '../../api/events'
import { Failure } from '../../api/failure'
import { useFunnel } from '../../api/questions'
import type { FunnelSpec, Problem } from '../../api/types'
import { Empty } from '../../parts/Empty'
import { Failed, FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { Waiting } from '../../parts/Waiting'
import { fromAddress, toAddress } from './address'
import { Answer } from './Answer'
import { Question } from './Question'
import { elsewhere, placed } from './settings'

/** Problems that stand in a question's way, and only these, have a place in the form. */
const INVALID = [400, 422]

export default function Funnel() {
  const { t } = useTranslation()
  const [address, setAddress] = useSearchParams()
  const catalogue = useCatalogue()
  const properties = useProperties()
  const asked = fromAddress(address)
  // One step alone is a question begun, as a link from an event's page makes it.
  const ready = asked && asked.steps.length > 1 ? asked : undefined
  const answer = useFunnel(ready)
  const client = useQueryClient()

  if (catalogue.isError && !catalogue.data) {
    return <FailedPage error={catalogue.error} retry={() => void catalogue.refetch()} />
  }
  if (!catalogue.data) return <Waiting />
  if (catalogue.data.events.length === 0) {
    return (
      <Page title={t('funnel.title')} lead={t('funnel.lead')}>
        <Empty
          title={t('funnel.noEvents')}
          action={
            <Button component={Link} to="/events">
              {t('funnel.toEvents')}
            </Button>
          }
        >
          {t('funnel.noEventsText')}
        </Empty>
      </Page>
    )
  }

  const ask = (funnel: FunnelSpec) => {
    const next = toAddress(funnel)
    if (next.toString() === (asked && toAddress(asked).toString())) return void answer.refetch()
    // Whoever asks wants the answer of now; whoever goes back, the one that was there.
    client.removeQueries({ queryKey: ['funnel', fromAddress(next)] })
    setAddress(next)
  }
  const refused = answer.error instanceof Failure && INVALID.includes(answer.error.status) ? answer.error.problems : []
  const said: Problem[] = refused.length > 0 ? refused : (answer.data?.answer.warnings ?? [])
  const problems = ready ? placed(said, ready) : []
  return (
    <Page title={t('funnel.title')} lead={t('funnel.lead')}>
      <Sheet title={t('funnel.question')} note={t('funnel.questionNote')}>
        <Question
          key={address.toString()}
          asked={asked}
          events={catalogue.data.events}
          properties={properties.data ?? []}
          problems={problems}
          busy={answer.isFetching}
          onAsk={ask}
        />
      </Sheet>
      <Problems problems={elsewhere(problems)} />
      {!ready && <Empty title={t('funnel.none')}>{t('funnel.noneText')}</Empty>}
      {ready && answer.isError && refused.length === 0 && (
        <Failed error={answer.error} retry={() => void answer.refetch()} />
      )}
      {ready && answer.isLoading && <Waiting rows={2} />}
      {ready && answer.data && !answer.isError && <Answer answered={answer.data} funnel={ready} />}
    </Page>
  )
}
