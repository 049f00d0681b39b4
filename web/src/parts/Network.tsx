/** A network layer by layer: what it does, the shape that comes out, how many numbers it learns. */
import { Badge, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { NetworkSummary } from '../api/types'
import { count } from '../format'
import { useTongue } from '../language'

export function Network({ network }: { network: NetworkSummary }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('report.network')}>
      <Table className="numbers" fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('network.layer')}</Table.Th>
            <Table.Th>{t('network.output')}</Table.Th>
            <Table.Th ta="right">{t('network.parameters')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          <Table.Tr>
            <Table.Td>{t('network.input')}</Table.Td>
            <Table.Td>{network.input}</Table.Td>
            <Table.Td ta="right">–</Table.Td>
          </Table.Tr>
          {network.layers.map((layer) => (
            <Table.Tr key={layer.index}>
              <Table.Td>
                {layer.description}{' '}
                {layer.frozen && <Badge size="sm" variant="light">{t('network.frozen')}</Badge>}
                {layer.reused && !layer.frozen && <Badge size="sm" variant="light">{t('network.reused')}</Badge>}
              </Table.Td>
              <Table.Td>{layer.output}</Table.Td>
              <Table.Td ta="right">{layer.parameters > 0 ? count(layer.parameters, tongue) : '–'}</Table.Td>
            </Table.Tr>
          ))}
          <Table.Tr fw={650}>
            <Table.Td colSpan={2}>{t('network.all')}</Table.Td>
            <Table.Td ta="right">{count(network.parameters, tongue)}</Table.Td>
          </Table.Tr>
        </Table.Tbody>
      </Table>
    </div>
  )
}
