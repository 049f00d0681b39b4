/** What arrived and cannot be counted as it is: why, how much of it, and the newest as it came. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsides } from '../../api/events'
import { ago, count } from '../../format'
import { useTongue } from '../../language'
import { Failed } from '../../parts/Failed'
import { Sheet } from '../../parts/Page'
import { Say } from '../../parts/Say'
import { Snippet } from '../../parts/Snippet'
import { Waiting } from '../../parts/Waiting'
import { byReason, indented, type Reason } from './arrivals'
import classes from './Asides.module.css'
import { resend } from './snippets'

export function Asides() {
  const { t } = useTranslation()
  const asides = useAsides(true)
  return (
    <Sheet title={t('aside.title')} note={t('aside.note')} id="aside">
      {asides.isError && !asides.data && <Failed error={asides.error} retry={() => void asides.refetch()} />}
      {!asides.data && !asides.isError && <Waiting rows={1} />}
      {asides.data && (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('aside.title')}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('aside.reason')}</Table.Th>
                <Table.Th ta="right">{t('aside.count')}</Table.Th>
                <Table.Th>{t('aside.last')}</Table.Th>
                <Table.Th>{t('aside.from')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {byReason(asides.data).map((reason) => (
                <ReasonLine key={reason.newest.reason.en} reason={reason} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </Sheet>
  )
}

function ReasonLine({ reason }: { reason: Reason }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const { newest } = reason
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.reason}>
        <Say phrase={newest.reason} />
        <details>
          <summary>{t('aside.raw')}</summary>
          <div className={classes.raw}>
            <Snippet text={indented(newest.raw)} label="JSON" />
            <Snippet text={resend(window.location.origin, newest.id)} label={t('aside.resend')} />
          </div>
        </details>
      </Table.Th>
      <Table.Td ta="right" className="numbers">
        {count(reason.count, tongue)}
      </Table.Td>
      <Table.Td className={classes.soft}>{ago(newest.at, Date.now(), tongue)}</Table.Td>
      <Table.Td className={classes.soft}>{reason.sources.join(', ')}</Table.Td>
    </Table.Tr>
  )
}
