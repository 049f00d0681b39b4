/** The server's words by their own names; generated, so that a change in Rust is a mistake here at once. */
import type { components, operations } from './schema'

type Words = components['schemas']

export type CalibrationBin = Words['CalibrationBin']
export type CheckReport = Words['CheckReport']
export type ClassReport = Words['ClassReport']
export type ColumnProfile = Words['ColumnProfile']
export type DeploymentReport = Words['DeploymentReport']
export type DriftReport = Words['DriftReport']
export type EpochReport = Words['EpochReport']
export type Estimate = Words['Estimate']
export type EvaluationReport = Words['EvaluationReport']
export type AcceptRound = Words['AcceptRound']
export type Finding = Words['Finding']
export type ImageInput = Words['ImageInput']
export type ImageShape = Words['ImageShape']
export type ImportReport = Words['ImportReport']
export type InputField = Words['InputField']
export type MetricName = Words['MetricName']
export type MetricValue = Words['MetricValue']
export type Mistake = Words['Mistake']
export type ModelDetail = Words['ModelDetail']
export type ModelSignature = Words['ModelSignature']
export type ModelSummary = Words['ModelSummary']
export type MonitorReport = Words['MonitorReport']
export type NetworkSummary = Words['NetworkSummary']
export type Phrase = Words['Phrase']
export type Place = Words['Place']
export type PlanSummary = Words['PlanSummary']
export type PredictResponse = Words['PredictResponse']
export type Problem = Words['Problem']
export type ProblemDocument = operations['show_project']['responses'][400]['content']['application/problem+json']
export type ProfileReport = Words['ProfileReport']
export type ProjectReport = Words['ProjectReport']
export type RunComparison = Words['RunComparison']
export type RunDetail = Words['RunDetail']
export type RunState = Words['RunState']
export type RunSummary = Words['RunSummary']
export type TableSummary = Words['TableSummary']
export type TrainEvent = Words['TrainEvent']
export type TrainReport = Words['TrainReport']
export type TuneReport = Words['TuneReport']
export type Verdict = Words['Verdict']
export type VersionSummary = Words['VersionSummary']

export type {
  Answered,
  AsideReport,
  Catalogue,
  ConversionTimes,
  DayCount,
  EventDetail,
  EventSummary,
  FunnelOrder,
  FunnelPart,
  FunnelReport,
  FunnelSpec,
  Owner,
  PropertySummary,
  SeenEvent,
  Sender,
  StepCount,
  ValueKind,
  Violation,
  WindowUnit,
} from './awaited'
