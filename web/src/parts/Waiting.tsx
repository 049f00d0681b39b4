/** The place of something that is on its way. */
import { Skeleton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

export function Waiting({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation()
  return (
    <div role="status" aria-label={t('state.waiting')} style={{ display: 'grid', gap: 14, maxWidth: 1080 }}>
      <Skeleton height={34} width="38%" radius="md" />
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={72} radius="lg" />
      ))}
    </div>
  )
}
