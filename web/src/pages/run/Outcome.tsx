/** What came out of a training: the verdict, then everything that it rests on. */
import { SegmentedControl } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { EvaluationReport, TrainReport } from '../../api/types'
import { Calibration } from '../../charts/Calibration'
import { Confusion } from '../../charts/Confusion'
import { count } from '../../format'
import { useTongue } from '../../language'
import { Sheet } from '../../parts/Page'
import { Network } from '../../parts/Network'
import { Problems } from '../../parts/Problems'
import { Say } from '../../parts/Say'
import { ClassTable } from './ClassTable'
import { Mistakes } from './Mistakes'
import { Metrics } from './Metrics'
import classes from './Outcome.module.css'
import { Rounds } from './Rounds'
import { Settings } from './Settings'
import { Verdict } from './Verdict'

export function Outcome({ report, curves }: { report: TrainReport; curves: ReactNode }) {
  const { t } = useTranslation()
  const parts = [report.test, report.validation, report.train].filter((part): part is EvaluationReport => part != null)
  const [shown, show] = useState(parts[0]?.part)
  const part = parts.find((candidate) => candidate.part === shown) ?? parts[0]
  return (
    <>
      {part && <Verdict verdict={part.verdict} />}
      {report.stopped_because && (
        <p className={classes.stopped}>
          <Say phrase={report.stopped_because} />
        </p>
      )}
      <Problems problems={report.warnings} />
      {part && (
        <Judged
          key={part.part}
          report={part}
          choice={
            parts.length > 1 && (
              <SegmentedControl
                aria-label={t('report.part')}
                value={part.part}
                onChange={show}
                data={parts.map(({ part }) => ({ value: part, label: partName(part, t) }))}
              />
            )
          }
          sealed={<Sealed report={report} />}
        />
      )}
      {curves}
      {report.rounds && report.rounds.length > 0 && <Rounds rounds={report.rounds} />}
      <Sheet title={t('report.network')} note={<Say phrase={report.plan.engine_reason} />}>
        <Network network={report.plan.network} />
      </Sheet>
      {report.plan.actions.length > 0 && (
        <Sheet title={t('report.cleaning')} note={t('report.cleaningNote')}>
          <ul className={classes.actions}>
            {report.plan.actions.map((action, index) => (
              <li key={`${action.key}-${index}`}>
                <Say phrase={action} />
              </li>
            ))}
          </ul>
        </Sheet>
      )}
      <Sheet title={t('report.settings')}>
        <Settings report={report} />
      </Sheet>
    </>
  )
}

/** One part judged: its metrics, its classes, its mistakes. */
function Judged({ report, choice, sealed }: { report: EvaluationReport; choice: ReactNode; sealed: ReactNode }) {
  const { t } = useTranslation()
  const tongue = useTongue()
  return (
    <>
      <Sheet
        title={t('report.metrics')}
        note={t('report.metricsNote', { rows: count(report.rows, tongue), part: partName(report.part, t) })}
        aside={choice}
      >
        <Metrics report={report} />
        <Problems problems={report.warnings} />
        {sealed}
      </Sheet>
      {report.confusion.length > 0 && (
        <Sheet title={t('report.confusion')} note={t('report.confusionNote')}>
          <Confusion classes={report.classes.map((one) => one.class)} rows={report.confusion} />
        </Sheet>
      )}
      {report.calibration.length > 0 && (
        <Sheet title={t('report.calibration')} note={t('report.calibrationNote')}>
          <Calibration bins={report.calibration} />
        </Sheet>
      )}
      {report.classes.length > 0 && (
        <Sheet title={t('report.classes')} note={t('report.classesNote')}>
          <ClassTable classes={report.classes} />
        </Sheet>
      )}
      {report.mistakes.length > 0 && (
        <Sheet
          title={t('report.mistakes')}
          note={t(report.mistakes.some((mistake) => mistake.difference != null) ? 'report.mistakesNumberNote' : 'report.mistakesNote')}
        >
          <Mistakes mistakes={report.mistakes} />
        </Sheet>
      )}
    </>
  )
}

function Sealed({ report }: { report: TrainReport }) {
  const { t } = useTranslation()
  return (
    <p className={classes.sealed}>
      {report.test_openings === 0
        ? t('report.sealed')
        : t('report.openings', { count: report.test_openings })}
    </p>
  )
}

type Translate = ReturnType<typeof useTranslation>['t']

function partName(part: string, t: Translate): string {
  return part === 'test' || part === 'validation' || part === 'train' ? t(`part.${part}`) : part
}
