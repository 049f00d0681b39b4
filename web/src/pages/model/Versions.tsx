/** A model's versions: deploy one, go back to the one before, take one away as a file. */
import { Badge, Button, Table, VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { exportAddress, useDeploy, useRollback } from '../../api/models'
import type { ModelSummary, VersionSummary } from '../../api/types'
import { bytes, interval, metricValue, moment } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Sheet } from '../../parts/Page'
import classes from './Versions.module.css'

export function Versions({ model }: { model: ModelSummary }) {
  const { t } = useTranslation()
  const deploy = useDeploy(model.name)
  const rollback = useRollback(model.name)
  const failure = deploy.error ?? rollback.error
  return (
    <Sheet
      title={t('model.versions')}
      note={t('model.versionsNote')}
      aside={
        model.deployed != null &&
        model.versions.length > 1 && (
          <Button
            variant="default"
            size="sm"
            leftSection={<Icon name="rollback" size={16} />}
            loading={rollback.isPending}
            onClick={() => {
              deploy.reset()
              rollback.mutate()
            }}
          >
            {t('model.rollback')}
          </Button>
        )
      }
    >
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('model.versions')}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('model.version')}</Table.Th>
              <Table.Th>{t('models.quality')}</Table.Th>
              <Table.Th>{t('models.made')}</Table.Th>
              <Table.Th>{t('model.size')}</Table.Th>
              <Table.Th>
                <VisuallyHidden>{t('models.ways')}</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {model.versions.map((version) => (
              <VersionLine
                key={version.version}
                name={model.name}
                version={version}
                deploying={deploy.isPending && deploy.variables === version.version}
                onDeploy={() => {
                  rollback.reset()
                  deploy.mutate(version.version)
                }}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {failure && <Failed error={failure} />}
    </Sheet>
  )
}

interface VersionLineProps {
  name: string
  version: VersionSummary
  deploying: boolean
  onDeploy: () => void
}

function VersionLine({ name, version, deploying, onDeploy }: VersionLineProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { metric } = version
  return (
    <Table.Tr className={version.deployed ? classes.answers : undefined}>
      <Table.Th scope="row" className={classes.version}>
        <Link to={`/models/${name}?version=${version.version}`}>{t('models.version', { version: version.version })}</Link>
        {version.deployed && (
          <Badge size="md" variant="filled">
            {t('model.answering')}
          </Badge>
        )}
      </Table.Th>
      <Table.Td className="numbers">
        {metric ? (
          <>
            <strong>{metricValue(metric.metric, metric.value, tongue)}</strong>{' '}
            <span className={classes.soft}>
              {t(`metric.${metric.metric}.name`)} · {interval(metric.metric, metric, tongue)}
            </span>
          </>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td>
        {moment(version.created_at, tongue)} · <Link to={`/runs/${version.run}`}>{version.run}</Link>
      </Table.Td>
      <Table.Td className="numbers">{bytes(version.bytes)}</Table.Td>
      <Table.Td className={classes.actions}>
        {!version.deployed && (
          <Button size="compact-sm" loading={deploying} onClick={onDeploy} aria-label={t('deploy.deploy', { model: `${name}@${version.version}` })}>
            {t('model.deploy')}
          </Button>
        )}
        <Button
          component="a"
          href={exportAddress(name, version.version)}
          download
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="download" size={15} />}
          aria-label={t('model.exportVersion', { version: version.version })}
        >
          {t('model.export')}
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
