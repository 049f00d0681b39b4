/** What will happen, in plain words; the recipe behind it for who wants to see or change it; and the button. */
import { Button, Switch } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCheck, useDraft } from '../../api/recipes'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { Waiting } from '../../parts/Waiting'
import { PlanInWords } from './PlanInWords'
import { RecipeEditor } from './RecipeEditor'
import classes from './RecipeSheet.module.css'

interface RecipeSheetProps {
  table: string
  target: string
  starting: boolean
  failure: Error | null
  onTrain: (recipe: string) => void
}

export function RecipeSheet({ table, target, starting, failure, onTrain }: RecipeSheetProps) {
  const { t } = useTranslation()
  const draft = useDraft(table, target)
  const [edited, setEdited] = useState<string>()
  const [shown, setShown] = useState(false)
  const [settled] = useDebouncedValue(edited, 400)
  const check = useCheck(settled ?? '', settled !== undefined)

  if (draft.isError) return <Failed error={draft.error} retry={() => void draft.refetch()} />
  if (!draft.data) return <Waiting rows={1} />
  const recipe = edited ?? draft.data.recipe
  const report = edited !== undefined && check.data ? check.data : draft.data.report
  const checking = edited !== settled || check.isFetching
  return (
    <Sheet
      id="recipe"
      title={t('recipe.title')}
      note={t('recipe.note')}
      aside={<Switch label={t('recipe.show')} checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />}
    >
      {report.plan && <PlanInWords plan={report.plan} />}
      {shown && <RecipeEditor recipe={recipe} problems={report.problems} onChange={setEdited} />}
      {!shown && <Problems problems={report.problems} />}
      {check.isError && <Failed error={check.error} />}
      {failure && <Failed error={failure} />}
      <div className={classes.start}>
        <Button
          size="lg"
          leftSection={<Icon name="play" size={18} />}
          disabled={!report.runnable || checking}
          loading={starting}
          onClick={() => onTrain(recipe)}
        >
          {t('recipe.train')}
        </Button>
        <p>{report.runnable ? t('recipe.trainNote') : t('recipe.blocked')}</p>
      </div>
    </Sheet>
  )
}
