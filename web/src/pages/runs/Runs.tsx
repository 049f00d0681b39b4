/** Every run, newest first; two of them can be laid side by side. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRuns } from '../../api/runs'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Waiting } from '../../parts/Waiting'
import { RunsTable } from './RunsTable'

export default function Runs() {
  const { t } = useTranslation()
  const runs = useRuns()
  const [chosen, setChosen] = useState<string[]>([])

  if (runs.isError && !runs.data) return <FailedPage error={runs.error} retry={() => void runs.refetch()} />
  if (!runs.data) return <Waiting />
  const choose = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((other) => other !== id) : [...before, id].slice(-2)))
  return (
    <Page
      title={t('runs.title')}
      lead={t('runs.lead')}
      actions={
        runs.data.length > 1 && (
          <Button
            component={Link}
            to={`/runs/compare?runs=${chosen.map(encodeURIComponent).join(',')}`}
            variant="default"
            data-disabled={chosen.length !== 2 || undefined}
            aria-disabled={chosen.length !== 2}
            onClick={(event) => chosen.length !== 2 && event.preventDefault()}
          >
            {chosen.length === 2 ? t('runs.compareThese') : t('runs.compareHint')}
          </Button>
        )
      }
    >
      {runs.data.length === 0 ? (
        <Empty
          title={t('runs.none')}
          action={
            <Button component={Link} to="/new">
              {t('home.train')}
            </Button>
          }
        >
          {t('runs.noneText')}
        </Empty>
      ) : (
        <Sheet>
          <RunsTable runs={runs.data} chosen={chosen} onChoose={runs.data.length > 1 ? choose : undefined} />
        </Sheet>
      )}
    </Page>
  )
}
