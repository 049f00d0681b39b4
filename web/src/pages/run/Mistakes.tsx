/** The worst mistakes: as pictures where the rows are images, as their values where they are not. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Mistake } from '../../api/types'
import { count, number, percent } from '../../format'
import { useTongue } from '../../language'
import classes from './Mistakes.module.css'

export function Mistakes({ mistakes }: { mistakes: Mistake[] }) {
  return mistakes.some((mistake) => mistake.picture) ? <Pictures mistakes={mistakes} /> : <Rows mistakes={mistakes} />
}

function Pictures({ mistakes }: { mistakes: Mistake[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <ul className={classes.pictures}>
      {mistakes.map((mistake) => (
        <li key={mistake.row}>
          <img
            src={mistake.picture ?? undefined}
            alt={t('mistake.picture', { truth: mistake.truth, answer: mistake.predicted, row: count(mistake.row, tongue) })}
          />
          <p>
            <strong>{mistake.predicted}</strong>
            {mistake.confidence != null && <span className="numbers"> {percent(mistake.confidence, tongue, 0)}</span>}
          </p>
          <p className={classes.truth}>{t('mistake.truth', { truth: mistake.truth })}</p>
        </li>
      ))}
    </ul>
  )
}

function Rows({ mistakes }: { mistakes: Mistake[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('report.mistakes')}>
      <Table className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('mistake.row')}</Table.Th>
            <Table.Th>{t('report.truth')}</Table.Th>
            <Table.Th>{t('report.answer')}</Table.Th>
            <Table.Th>{t('mistake.values')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {mistakes.map((mistake) => (
            <Table.Tr key={mistake.row}>
              <Table.Td>{count(mistake.row, tongue)}</Table.Td>
              <Table.Td className={classes.label}>{mistake.truth}</Table.Td>
              <Table.Td className={classes.answer}>
                {mistake.predicted}
                {mistake.confidence != null && <span className={classes.soft}> {percent(mistake.confidence, tongue, 0)}</span>}
                {mistake.difference != null && (
                  <span className={classes.soft}> ({mistake.difference > 0 ? '+' : ''}{number(mistake.difference, tongue)})</span>
                )}
              </Table.Td>
              <Table.Td className={classes.values}>
                {(mistake.values ?? []).map((value) => (
                  <span key={value.name}>
                    <i>{value.name}</i> {value.value === '' ? t('mistake.missing') : value.value}
                  </span>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
