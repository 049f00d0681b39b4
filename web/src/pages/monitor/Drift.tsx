/** Each input against training: how far it has moved, with both shapes laid over each other. */
import { Badge, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { DriftReport } from '../../api/types'
import { number, percent } from '../../format'
import { useTongue } from '../../language'
import classes from './Drift.module.css'

export function Drift({ inputs }: { inputs: DriftReport[] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('monitor.driftTitle')}>
      <Table className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('monitor.input')}</Table.Th>
            <Table.Th>{t('monitor.moved')}</Table.Th>
            <Table.Th>{t('monitor.psi')}</Table.Th>
            <Table.Th>{t('monitor.shapes')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inputs.map((input) => (
            <Table.Tr key={input.column}>
              <Table.Th scope="row">{input.column}</Table.Th>
              <Table.Td>
                <Badge className={classes.level} data-level={input.level} variant="default">
                  {t(`drift.${input.level}`)}
                </Badge>
              </Table.Td>
              <Table.Td>{number(input.psi, tongue)}</Table.Td>
              <Table.Td className={classes.shapes}>
                <Shapes input={input} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function Shapes({ input }: { input: DriftReport }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const most = Math.max(0.01, ...input.training, ...input.served)
  const words = input.bins.map((bin, index) =>
    t('monitor.bin', {
      bin,
      served: percent(input.served[index] ?? 0, tongue, 0),
      training: percent(input.training[index] ?? 0, tongue, 0),
    }),
  )
  return (
    <span className={classes.bins} role="img" aria-label={words.join('; ')}>
      {input.bins.map((bin, index) => (
        <span key={bin} className={classes.bin} title={words[index]}>
          <i className={classes.training} style={{ height: `${((input.training[index] ?? 0) / most) * 100}%` }} />
          <i className={classes.served} style={{ height: `${((input.served[index] ?? 0) / most) * 100}%` }} />
        </span>
      ))}
    </span>
  )
}
