/** A recipe of the project: what it will do, its text, and the button. */
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'
import { useRecipes } from '../../api/recipes'
import { Empty } from '../../parts/Empty'
import { FailedPage } from '../../parts/Failed'
import { Page } from '../../parts/Page'
import { Waiting } from '../../parts/Waiting'
import { RecipeSheet } from './RecipeSheet'

export default function RecipePage() {
  const { t } = useTranslation()
  const { name = '' } = useParams()
  const recipes = useRecipes()
  if (recipes.isError && !recipes.data) return <FailedPage error={recipes.error} retry={() => void recipes.refetch()} />
  if (!recipes.data) return <Waiting />
  const recipe = recipes.data.find((candidate) => candidate.name === name)
  return (
    <Page title={name} above={<Link to="/new">{t('new.title')}</Link>} lead={recipe?.path}>
      {recipe ? (
        <RecipeSheet key={name} recipe={recipe.recipe} note={t('recipe.noteOwn')} shownFirst />
      ) : (
        <Empty title={t('nowhere.title')} action={<Link to="/new">{t('new.title')}</Link>}>
          {t('nowhere.text')}
        </Empty>
      )}
    </Page>
  )
}
