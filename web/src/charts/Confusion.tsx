/** The confusion matrix: what was true against what was answered, as a table whose cells carry their weight. */
import { useTranslation } from 'react-i18next'
import { count, percent } from '../format'
import { useTongue } from '../language'
import classes from './Confusion.module.css'

export function Confusion({ classes: names, rows }: { classes: string[]; rows: number[][] }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('report.confusion')}>
      <table className={`${classes.matrix} numbers`} data-many={names.length > 12}>
        <thead>
          <tr>
            <th className={classes.corner} scope="col">
              <span>{t('report.truth')}</span> \ <span>{t('report.answer')}</span>
            </th>
            {names.map((name) => (
              <th key={name} scope="col" title={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, truth) => {
            const total = Math.max(1, row.reduce((sum, cell) => sum + cell, 0))
            return (
              <tr key={names[truth]}>
                <th scope="row" title={names[truth]}>
                  {names[truth]}
                </th>
                {row.map((cell, answer) => (
                  <td
                    key={names[answer]}
                    className={truth === answer ? classes.right : classes.wrong}
                    data-none={cell === 0}
                    style={{ '--weight': weight(cell / total, truth === answer) } as React.CSSProperties}
                    title={t('report.confusionCell', {
                      truth: names[truth],
                      answer: names[answer],
                      rows: count(cell, tongue),
                      share: percent(cell / total, tongue),
                    })}
                  >
                    {count(cell, tongue)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

/** How strongly a cell is tinted, 0 to 1; a mistake of a few in a hundred must already be seen. */
function weight(share: number, right: boolean): string {
  return (right ? share * 0.55 : Math.min(0.8, Math.sqrt(share) * 1.3)).toFixed(3)
}
