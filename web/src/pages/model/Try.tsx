/** Trying a model: a drawing pad or a picture for one that reads images, a form for one that reads rows. */
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Empty } from '../../parts/Empty'
import { DrawForm } from './DrawForm'
import { useShownModel } from './ModelFrame'
import { PictureForm } from './PictureForm'
import { RowForm } from './RowForm'

/** An image of one channel up to this size is something that one draws. */
const DRAWABLE = 64

export default function Try() {
  const { t } = useTranslation()
  const { model, signature } = useShownModel()
  if (model.deployed == null) {
    return (
      <Empty
        title={t('try.silent')}
        action={
          <Button component={Link} to={`/models/${model.name}`}>
            {t('try.deployFirst')}
          </Button>
        }
      >
        {t('try.silentText')}
      </Empty>
    )
  }
  const shape = signature.inputs.find((input) => input.image)?.image
  if (!shape) return <RowForm key={model.deployed} name={model.name} signature={signature} />
  const drawable = shape.channels === 1 && shape.width === shape.height && shape.width <= DRAWABLE
  return (
    <>
      {drawable && <DrawForm name={model.name} signature={signature} side={shape.width} />}
      <PictureForm name={model.name} signature={signature} shape={shape} beside={drawable} />
    </>
  )
}
