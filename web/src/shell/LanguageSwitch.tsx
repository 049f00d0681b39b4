/** English or Chinese, remembered; each is named in its own language, so that whoever needs it can read it. */
import { SegmentedControl } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { choose, type Tongue, useTongue } from '../language'

export function LanguageSwitch() {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('nav.language')}
      value={tongue}
      onChange={(value) => choose(value as Tongue)}
      data={[
        { value: 'en', label: <span lang="en">EN</span> },
        { value: 'zh', label: <span lang="zh-CN">中文</span> },
      ]}
    />
  )
}
