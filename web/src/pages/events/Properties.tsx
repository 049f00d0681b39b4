/** What an event carries: each property with how often, what kinds of values, and some of them. */
import { Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PropertySummary } from '../../api/types'
import { count, percent } from '../../format'
import { useTongue } from '../../language'
import classes from './OneEvent.module.css'

/** More say no more, and of ids none says anything. */
const EXAMPLES = 5

/** `of` how many events. */
export function Properties({ properties, of }: { properties: PropertySummary[]; of: number }) {
  const { t } = useTranslation()
  if (properties.length === 0) return <p className={classes.none}>{t('event.propertiesNone')}</p>
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('event.properties')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('event.property')}</Table.Th>
            <Table.Th ta="right">{t('event.carried')}</Table.Th>
            <Table.Th>{t('event.kinds')}</Table.Th>
            <Table.Th>{t('event.examples')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {properties.map((property) => (
            <PropertyLine key={`${property.of} ${property.name}`} property={property} of={of} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function PropertyLine({ property, of }: { property: PropertySummary; of: number }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const share = (part: number, whole: number) => percent(part / Math.max(1, whole), tongue, 0)
  return (
    <Table.Tr data-property={property.name}>
      <Table.Th scope="row">
        {property.name}
        <span className={classes.small}>{t(`event.of.${property.of}`)}</span>
      </Table.Th>
      <Table.Td ta="right" className="numbers">
        {share(property.count, of)}
        <span className={classes.small}>{count(property.count, tongue)}</span>
      </Table.Td>
      <Table.Td>
        {property.kinds.map((kind) => (
          <span key={kind.kind} className={property.kinds.length > 1 ? classes.small : undefined}>
            {t(`event.kind.${kind.kind}`)}
            {property.kinds.length > 1 && ` ${share(kind.count, property.count)}`}
          </span>
        ))}
      </Table.Td>
      <Table.Td className={`${classes.code} ${classes.examples}`}>{property.examples.slice(0, EXAMPLES).join(' · ')}</Table.Td>
    </Table.Tr>
  )
}
