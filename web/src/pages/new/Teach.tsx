/** One table on its way to a model: what it looks like, what shall be predicted, what will happen, and the button. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useLocation, useParams, useSearchParams } from 'react-router'
import { useDraft } from '../../api/recipes'
import { useProfile } from '../../api/tables'
import type { ImportReport, ProfileReport } from '../../api/types'
import { count } from '../../format'
import { useTongue } from '../../language'
import { Failed, FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { Say } from '../../parts/Say'
import { Waiting } from '../../parts/Waiting'
import { Columns } from './Columns'
import { Findings } from './Findings'
import { RecipeSheet } from './RecipeSheet'
import { Target } from './Target'
import classes from './Teach.module.css'

export default function Teach() {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { table = '' } = useParams()
  const [asked, ask] = useSearchParams()
  const profile = useProfile(table, asked.get('target') ?? undefined)
  const brought = (useLocation().state as { report?: ImportReport } | null)?.report

  const above = <Link to="/new">{t('new.title')}</Link>
  if (profile.isError && !profile.data) {
    return <FailedPage error={profile.error} retry={() => void profile.refetch()} above={above} />
  }
  if (!profile.data) {
    return (
      <Page title={table} above={above}>
        <Waiting />
      </Page>
    )
  }
  const target = asked.get('target') ?? profile.data.likely_target ?? undefined
  return (
    <Page
      title={table}
      above={above}
      lead={t('teach.lead', {
        rows: count(profile.data.rows, tongue),
        columns: count(profile.data.columns.length, tongue),
      })}
      actions={
        <Button component="a" href="#recipe" variant="default">
          {t('teach.skip')}
        </Button>
      }
    >
      {brought && brought.table.name === table && <Brought report={brought} />}
      <Sheet title={t('teach.target')} note={t('teach.targetNote')}>
        <Target profile={profile.data} target={target} onChoose={(name) => ask({ target: name }, { replace: true })} />
      </Sheet>
      <Profile profile={profile.data} target={target} />
      {target && <Making table={table} target={target} />}
    </Page>
  )
}

/** What the import did to the file, right after it came. */
function Brought({ report }: { report: ImportReport }) {
  const { t } = useTranslation()
  // A file that was taken as it is needs no word.
  if (report.actions.length === 0 && report.warnings.length === 0) return null
  return (
    <Sheet title={t('teach.brought')}>
      <ul className={classes.actions}>
        {report.actions.map((action, index) => (
          <li key={`${action.key}-${index}`}>
            <Say phrase={action} />
          </li>
        ))}
      </ul>
      <Problems problems={report.warnings} />
    </Sheet>
  )
}

function Profile({ profile, target }: { profile: ProfileReport; target: string | undefined }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <Sheet
      title={t('teach.profile')}
      note={t('teach.profileNote', { rows: count(profile.rows, tongue), repeated: count(profile.duplicate_rows, tongue) })}
    >
      <Findings findings={profile.findings} />
      <Columns profile={profile} target={target} />
    </Sheet>
  )
}

/** The recipe drafted for this table and target. */
function Making({ table, target }: { table: string; target: string }) {
  const { t } = useTranslation()
  const draft = useDraft(table, target)
  if (draft.isError && !draft.data) return <Failed error={draft.error} retry={() => void draft.refetch()} />
  if (!draft.data) return <Waiting rows={1} />
  // In another language the draft has other comments; what was changed in it stays.
  return <RecipeSheet key={`${table} ${target}`} recipe={draft.data.recipe} note={t('recipe.note')} />
}
