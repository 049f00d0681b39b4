/** One run: its curves moving while it works, and once it is done the verdict first and then everything behind it. */
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useLiveRun } from '../../api/live'
import { useRun } from '../../api/runs'
import type { Phrase, RunDetail } from '../../api/types'
import { duration, moment } from '../../format'
import { useTongue } from '../../language'
import { FailedPage } from '../../parts/Failed'
import { Page, Sheet } from '../../parts/Page'
import { Coded, Say } from '../../parts/Say'
import { StateBadge } from '../../parts/StateBadge'
import { Waiting } from '../../parts/Waiting'
import { DeployButton } from './DeployButton'
import { EpochTable } from './EpochTable'
import { Outcome } from './Outcome'
import { Rounds } from './Rounds'
import classes from './Run.module.css'
import { TrainingCurves } from './TrainingCurves'
import { Tuning } from './Tuning'
import { UnderWay } from './UnderWay'

export default function Run() {
  const { id = '' } = useParams()
  const run = useRun(id)
  if (run.isError && !run.data) return <FailedPage error={run.error} retry={() => void run.refetch()} />
  if (!run.data) return <Waiting />
  return <RunPage key={id} run={run.data} />
}

function RunPage({ run }: { run: RunDetail }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { summary } = run
  const running = summary.state === 'running'
  const live = useLiveRun(summary.id, running)
  const epochs = live.epochs.length >= run.epochs.length ? live.epochs : run.epochs
  const plan = run.report?.plan ?? run.plan ?? live.plan
  const said = run.report?.stopped_because?.en
  const notes = (live.notes.length >= run.notes.length ? live.notes : run.notes).filter((note) => note.en !== said)
  const curves = epochs.length + live.losses.length > 0 && (
    <Sheet title={running ? t('run.curvesNow') : t('run.curves')} note={t('run.curvesNote')}>
      <TrainingCurves epochs={epochs} losses={live.losses} planned={plan?.epochs} best={run.report?.best_epoch} />
      {run.report && <Findings findings={run.report.findings} />}
      {!running && <EpochTable epochs={epochs} />}
    </Sheet>
  )
  return (
    <Page
      title={summary.id}
      above={
        <>
          <Link to="/runs">{t('runs.title')}</Link> · {t(`run.kind.${summary.kind}`)}
        </>
      }
      lead={
        <span className={classes.facts}>
          <StateBadge state={live.ended?.state ?? summary.state} />
          <span>{t('run.startedAt', { at: moment(summary.started_at, tongue) })}</span>
          {!running && <span>{t('run.worked', { time: duration(summary.secs, tongue) })}</span>}
        </span>
      }
      actions={summary.model && <DeployButton model={summary.model} />}
    >
      {(summary.state === 'interrupted' || summary.state === 'stopped') && (
        <p className={classes.interrupted}>
          <Coded text={t(summary.state === 'stopped' ? 'run.resumeStopped' : 'run.resume', { run: summary.id })} />
        </p>
      )}
      {running && <UnderWay id={summary.id} live={live} epochs={epochs} plan={plan} />}
      {run.report ? <Outcome report={run.report} curves={curves} /> : curves}
      {run.rounds && run.rounds.length > 0 && <Rounds rounds={run.rounds} />}
      {run.tune && <Tuning report={run.tune} />}
      {notes.length > 0 && (
        <Sheet title={t('run.notes')}>
          <Findings findings={notes} />
        </Sheet>
      )}
      <Sheet title={t('run.recipe')}>
        <details>
          <summary className={classes.summary}>{t('run.showRecipe')}</summary>
          <pre className={classes.recipe} tabIndex={0}>
            {run.recipe}
          </pre>
        </details>
      </Sheet>
    </Page>
  )
}

function Findings({ findings }: { findings: Phrase[] }) {
  if (findings.length === 0) return null
  return (
    <ul className={classes.findings}>
      {findings.map((finding, index) => (
        <li key={`${finding.key}-${index}`}>
          <Say phrase={finding} />
        </li>
      ))}
    </ul>
  )
}
