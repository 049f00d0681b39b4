/** The first page: the project on its loop, what to do next, what answers now, what ran last. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useModels } from '../../api/models'
import { useProject } from '../../api/project'
import { useRuns } from '../../api/runs'
import type { ModelSummary, ProjectReport, RunSummary } from '../../api/types'
import { FailedPage } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Page, Sheet } from '../../parts/Page'
import { Say } from '../../parts/Say'
import { Waiting } from '../../parts/Waiting'
import { RunsTable } from '../runs/RunsTable'
import { Deployed } from './Deployed'
import classes from './Home.module.css'
import { Loop } from './Loop'

export default function Home() {
  const { t } = useTranslation()
  const project = useProject()
  const runs = useRuns()
  const models = useModels()

  if (project.isError && !project.data) return <FailedPage error={project.error} retry={() => void project.refetch()} />
  if (!project.data) return <Waiting />
  const deployed = models.data?.filter((model) => model.deployed != null) ?? []
  return (
    <Page title={project.data.project.name} above={t('home.above')} lead={t('home.lead')}>
      <section className={`sheet ${classes.hero}`}>
        <div className={classes.next}>
          <h2>{t('home.next')}</h2>
          <ol>
            {project.data.next.map((step) => (
              <li key={step.key}>
                <Say phrase={step} />
              </li>
            ))}
          </ol>
          <NextStep project={project.data} runs={runs.data ?? []} models={models.data ?? []} />
        </div>
        <Loop
          counts={{
            tables: project.data.tables,
            runs: project.data.runs,
            models: models.data?.length ?? 0,
            deployed: project.data.deployed,
          }}
          busy={runs.data?.some((run) => run.state === 'running') ?? false}
        />
      </section>
      {deployed.length > 0 && (
        <Sheet title={t('home.deployed')} note={t('home.deployedNote')}>
          <Deployed models={deployed} />
        </Sheet>
      )}
      {runs.data && runs.data.length > 0 && (
        <Sheet
          title={t('home.latest')}
          aside={
            <Link to="/runs">
              {t('home.allRuns')}
            </Link>
          }
        >
          <RunsTable runs={runs.data.slice(0, 5)} />
        </Sheet>
      )}
    </Page>
  )
}

/** The one button that goes on from where the project stands. */
function NextStep({ project, runs, models }: { project: ProjectReport; runs: RunSummary[]; models: ModelSummary[] }) {
  const { t } = useTranslation()
  const running = runs.find((run) => run.state === 'running')
  const deployed = models.find((model) => model.deployed != null)
  const undeployed = models[0]
  const [to, words] = running
    ? [`/runs/${running.id}`, t('home.watch', { run: running.id })]
    : deployed
      ? [`/models/${deployed.name}/try`, t('home.try', { model: deployed.name })]
      : undeployed
        ? [`/models/${undeployed.name}`, t('home.deploy', { model: undeployed.name })]
        : project.tables > 0
          ? ['/new', t('home.train')]
          : ['/new', t('home.bring')]
  return (
    <div className={classes.actions}>
      <Button component={Link} to={to} rightSection={<Icon name="arrow" size={16} />}>
        {words}
      </Button>
      {to !== '/new' && (
        <Button component={Link} to="/new" variant="default">
          {t('home.new')}
        </Button>
      )}
    </div>
  )
}
