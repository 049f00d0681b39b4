/** What will happen, in plain words; the recipe behind it for who wants to see or change it; and the button. */
import { Button, Switch } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { useCheck } from '../../api/recipes'
import { useTrain } from '../../api/runs'
import { Failed } from '../../parts/Failed'
import { Icon } from '../../parts/Icon'
import { Sheet } from '../../parts/Page'
import { Problems } from '../../parts/Problems'
import { PlanInWords } from './PlanInWords'
import { RecipeEditor } from './RecipeEditor'
import classes from './RecipeSheet.module.css'

interface RecipeSheetProps {
  /** The recipe before anybody changed it here. */
  recipe: string
  note: string
  /** True when the text is what one came for. */
  shownFirst?: boolean
}

export function RecipeSheet({ recipe: original, note, shownFirst = false }: RecipeSheetProps) {
  const { t } = useTranslation()
  const go = useNavigate()
  const [edited, setEdited] = useState<string>()
  const [shown, setShown] = useState(shownFirst)
  const recipe = edited ?? original
  const [settled] = useDebouncedValue(recipe, 400)
  const check = useCheck(settled)
  const train = useTrain()
  const report = check.data
  const checking = recipe !== settled || check.isFetching
  return (
    <Sheet
      id="recipe"
      title={t('recipe.title')}
      note={note}
      aside={<Switch label={t('recipe.show')} checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />}
    >
      {report?.plan && <PlanInWords plan={report.plan} />}
      {shown && <RecipeEditor recipe={recipe} problems={report?.problems ?? []} onChange={setEdited} />}
      {!shown && report && <Problems problems={report.problems} />}
      {check.isError && <Failed error={check.error} />}
      {train.isError && <Failed error={train.error} />}
      <div className={classes.start}>
        <Button
          size="lg"
          leftSection={<Icon name="play" size={18} />}
          disabled={!report?.runnable || checking}
          loading={train.isPending || train.isSuccess}
          onClick={() => train.mutate(recipe, { onSuccess: (run) => void go(`/runs/${run.id}`) })}
        >
          {t('recipe.train')}
        </Button>
        <p aria-live="polite">
          {checking || !report ? t('recipe.checking') : report.runnable ? t('recipe.trainNote') : t('recipe.blocked')}
        </p>
      </div>
    </Sheet>
  )
}
