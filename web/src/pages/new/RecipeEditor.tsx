/** The recipe's text with its problems under the lines that they stand on. */
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Place, Problem } from '../../api/types'
import { Problems } from '../../parts/Problems'
import classes from './RecipeEditor.module.css'
import { type Piece, pieces } from './toml'

interface RecipeEditorProps {
  recipe: string
  problems: Problem[]
  onChange: (recipe: string) => void
}

export function RecipeEditor({ recipe, problems, onChange }: RecipeEditorProps) {
  const { t } = useTranslation()
  const area = useRef<HTMLTextAreaElement>(null)
  const lines = recipe.split('\n')

  const visit = (place: Place) => {
    const before = lines.slice(0, (place.line ?? 1) - 1).join('\n').length + (place.line === 1 ? 0 : 1)
    const start = before + (place.character ?? 1) - 1
    area.current?.focus()
    area.current?.setSelectionRange(start, before + (lines[(place.line ?? 1) - 1]?.length ?? 0))
  }

  return (
    <div className={classes.editor}>
      <div className={classes.sheet}>
        <div className={classes.painted} aria-hidden="true">
          {lines.map((line, index) => (
            // A line is its place in the text.
            <Line key={index} number={index + 1} text={line} worst={worstAt(problems, index + 1)} />
          ))}
        </div>
        <textarea
          ref={area}
          className={classes.area}
          value={recipe}
          rows={lines.length}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          aria-label={t('recipe.text')}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <Problems problems={problems} onVisit={visit} />
    </div>
  )
}

function Line({ number, text, worst }: { number: number; text: string; worst: Problem['severity'] | undefined }) {
  return (
    <div className={classes.line} data-worst={worst}>
      <span className={classes.number}>{number}</span>
      <span>
        {pieces(text).map((piece: Piece, index) => (
          <span key={index} className={classes[piece.kind]}>
            {piece.text}
          </span>
        ))}
        {'\u200b'}
      </span>
    </div>
  )
}

function worstAt(problems: Problem[], line: number): Problem['severity'] | undefined {
  const here = problems.filter((problem) => problem.place?.line === line)
  if (here.some((problem) => problem.severity === 'error')) return 'error'
  return here.length > 0 ? 'warning' : undefined
}
