/** The start of a model: bring a file, or take a table that is here already. */
import { Button, Progress } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { Failure } from '../../api/failure'
import { useRecipes } from '../../api/recipes'
import { type Upload, useTables, useUpload } from '../../api/tables'
import type { ImportReport, TableSummary } from '../../api/types'
import { ago, bytes, count } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Page, Sheet } from '../../parts/Page'
import { DropZone } from './DropZone'
import classes from './NewModel.module.css'

export default function NewModel() {
  const { t } = useTranslation()
  const tables = useTables()
  const recipes = useRecipes()
  const go = useNavigate()
  const [sent, setSent] = useState(0)
  const upload = useUpload(setSent)

  const bring = (sent: Upload) => {
    setSent(0)
    upload.mutate(sent, { onSuccess: (report: ImportReport) => void go(`/new/${report.table.name}`, { state: { report } }) })
  }

  return (
    <Page title={t('new.title')} lead={t('new.lead')}>
      <DropZone onFile={(file) => bring({ file })} busy={upload.isPending} />
      {upload.isPending && (
        <div className={classes.sending} role="status">
          <p>{t(sent < 1 ? 'new.sending' : 'new.reading', { file: upload.variables.file.name })}</p>
          <Progress value={sent * 100} animated={sent >= 1} aria-label={t('new.sendingLabel')} />
        </div>
      )}
      {upload.isError && <Failed error={upload.error} retry={silent(upload.error) ? () => bring(upload.variables) : undefined} />}
      {upload.isError && unlikeSizes(upload.error) && (
        <div className={classes.resize}>
          <p>{t('new.resizeNote')}</p>
          <Button onClick={() => bring({ ...upload.variables, resize: true })}>{t('new.resize')}</Button>
        </div>
      )}
      {tables.isError && <Failed error={tables.error} retry={() => void tables.refetch()} />}
      {tables.data && tables.data.length > 0 && (
        <Sheet title={t('new.tables')} note={t('new.tablesNote')}>
          <ul className={classes.tables}>
            {tables.data.map((table) => (
              <TableLink key={table.name} table={table} />
            ))}
          </ul>
        </Sheet>
      )}
      {recipes.data && recipes.data.length > 0 && (
        <Sheet title={t('new.recipes')} note={t('new.recipesNote')}>
          <ul className={classes.recipes}>
            {recipes.data.map((recipe) => (
              <li key={recipe.name}>
                <Link to={`/recipes/${recipe.name}`}>{recipe.name}</Link>
              </li>
            ))}
          </ul>
        </Sheet>
      )}
    </Page>
  )
}

/** A server that did not answer may take the same file later; a file that it refused needs to be another. */
const silent = (error: Error) => error instanceof Failure && error.status === 0

/** Images of several sizes can be brought to one. */
const unlikeSizes = (error: Error) =>
  error instanceof Failure && error.problems.some((problem) => problem.code === 'tables.image_size')

function TableLink({ table }: { table: TableSummary }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <li>
      <Link to={`/new/${table.name}`} className={classes.table}>
        <span className={classes.name}>{table.name}</span>
        <span className={`${classes.facts} numbers`}>
          {t('table.rows', { rows: count(table.rows, tongue), count: table.rows })} ·{' '}
          {t('table.columns', { columns: count(table.columns, tongue), count: table.columns })} · {bytes(table.bytes)}
        </span>
        <span className={classes.when}>{ago(table.written_at, Date.now(), tongue)}</span>
        <Icon name="arrow" size={16} />
      </Link>
    </li>
  )
}
