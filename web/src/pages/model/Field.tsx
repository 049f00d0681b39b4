/** One column of the form, asked for in the way that suits what it holds. */
import { Autocomplete, Input, SegmentedControl, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { InputField } from '../../api/types'
import { number } from '../../format'
import { useTongue } from '../../language'
import { fitsNumber } from './row'

interface FieldProps {
  input: InputField
  value: string
  onChange: (value: string) => void
}

export function Field({ input, value, onChange }: FieldProps) {
  const { t } = useTranslation()
  const tongue = useTongue()
  const placeholder = t('field.missing')
  const [low, high] = input.range ?? []
  // As the table spells yes and no.
  const spellings = input.categories?.length === 2 ? input.categories : ['true', 'false']
  const named: Record<string, string> = { true: t('field.yes'), false: t('field.no') }
  switch (input.kind) {
    case 'boolean':
      return (
        <Input.Wrapper label={input.name} labelElement="div">
          <SegmentedControl
            fullWidth
            aria-label={input.name}
            value={spellings.includes(value) ? value : ''}
            onChange={onChange}
            data={[
              ...spellings.map((spelling) => ({ value: spelling, label: named[spelling] ?? spelling })),
              { value: '', label: t('field.unknown') },
            ]}
          />
        </Input.Wrapper>
      )
    case 'category':
      return (
        <Autocomplete
          label={input.name}
          placeholder={placeholder}
          value={value}
          onChange={onChange}
          data={[...new Set(input.categories ?? [])]}
          // With the field filled in, the others must still be offered.
          filter={({ options }) => options}
          maxDropdownHeight={280}
        />
      )
    case 'number':
      return (
        <TextInput
          label={input.name}
          description={
            low !== undefined && high !== undefined
              ? t('field.range', { low: number(low, tongue), high: number(high, tongue) })
              : undefined
          }
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          placeholder={placeholder}
          inputMode="decimal"
          value={value}
          error={fitsNumber(value) ? undefined : t('field.notNumber')}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
    default:
      return (
        <TextInput
          label={input.name}
          placeholder={input.kind === 'time' ? t('field.time') : placeholder}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}
