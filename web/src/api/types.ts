/** TEMPORARY: written by hand from the Rust types until the OpenAPI document stands; then generated. */
export type Language = 'en' | 'zh-CN'
export interface Phrase { key: string; args?: Record<string, string>; en: string; zh: string }
export interface Place { file?: string; line?: number; character?: number; row?: number; column?: string; setting?: string }
export interface Problem { code: string; severity: 'warning' | 'error'; message: Phrase; advice?: Phrase; place: Place }
export interface ProblemDetails { type: string; title: string; status: number; detail?: string; problems?: Problem[] }

export interface ProjectSpec { name: string; language?: Language; time_zone?: string; first_day_of_week?: string }
export interface ProjectReport { project: ProjectSpec; flywheel: string; tables: number; runs: number; deployed: number; next: Phrase[] }

export type ColumnKind = 'number' | 'category' | 'boolean' | 'time' | 'text' | 'image'
export interface TableSummary { name: string; version: number; rows: number; columns: number; bytes: number; source: string; written_at: string }
export interface ImageShape { height: number; width: number; channels: number }
export interface ValueCount { value: string; count: number }
export interface NumberProfile { min: number; q1: number; median: number; q3: number; max: number; mean: number; deviation?: number; histogram: number[] }
export interface ColumnProfile { name: string; kind: ColumnKind; missing: number; distinct: number; outliers: number; examples: string[]; numbers?: NumberProfile; top?: ValueCount[]; image?: ImageShape }
export type FindingKind = 'missing' | 'outliers' | 'duplicates' | 'identifier' | 'constant' | 'near_copy' | 'leak' | 'mixed_types' | 'imbalance'
export interface Finding { kind: FindingKind; column?: string; message: Phrase; advice?: Phrase }
export interface ProfileReport { table: string; version: number; rows: number; duplicate_rows: number; columns: ColumnProfile[]; findings: Finding[]; likely_target?: string; parts?: ValueCount[] }
export interface ImportReport { table: TableSummary; format: string; actions: Phrase[]; warnings: Problem[]; profile: ProfileReport }

export type MetricName = 'accuracy' | 'balanced_accuracy' | 'precision' | 'recall' | 'f1' | 'f1_macro' | 'f1_weighted' | 'auc' | 'average_precision' | 'log_loss' | 'calibration_error' | 'rmse' | 'mae' | 'r2'
export type Task = 'classification' | 'regression'
export interface LayerSummary { index: number; description: string; output: string; parameters: number; frozen: boolean; reused: boolean }
export interface NetworkSummary { input: string; layers: LayerSummary[]; parameters: number; frozen_parameters: number; image?: ImageShape }
export interface PreparedColumn { name: string; kind: ColumnKind; steps: Phrase[]; inputs: number }
export interface PlanSummary {
  name: string; table: string; version: number; target: string; task: Task; classes: ValueCount[]
  parts: { train: number; validation: number; test: number }; columns: PreparedColumn[]; actions: Phrase[]
  network: NetworkSummary; loss: { kind: string } & Record<string, unknown>; optimizer: { kind: string; learning_rate: number } & Record<string, unknown>
  keep_best: MetricName; epochs: number; batch_size: number; steps_per_epoch: number; engine: string; engine_reason: Phrase
  threads: number; expected_bytes: number; expected_epoch_secs: number
}
export interface CheckReport { runnable: boolean; problems: Problem[]; plan?: PlanSummary }
export interface RecipeDraft { recipe: string; report: CheckReport }
export interface RecipeSummary { name: string; path: string; recipe: string }

export interface EpochReport { epoch: number; learning_rate: number; train_loss: number; train_metric?: number; validation_loss: number; validation_metric?: number; metric: MetricName; best: boolean; secs: number }
export type RunState = 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted'
export type TrainEvent =
  | { kind: 'started'; plan: PlanSummary; resumed_epoch: number }
  | { kind: 'progress'; epoch: number; step: number; steps: number; loss: number; rows_per_sec: number; left_secs: number }
  | ({ kind: 'epoch' } & EpochReport)
  | { kind: 'note'; message: Phrase }
  | { kind: 'finished'; state: RunState; message: Phrase }

export type RunKind = 'train' | 'until_accepted' | 'tune'
export interface RunSummary { id: string; kind: RunKind; recipe: string; state: RunState; started_at: string; secs: number; epochs: number; planned_epochs: number; metric?: MetricName; best?: number; model?: string }
export interface Estimate { value: number; low: number; high: number }
export interface MetricValue extends Estimate { metric: MetricName }
export interface ClassReport { class: string; rows: number; precision?: Estimate; recall?: Estimate; f1?: Estimate }
export interface CalibrationBin { confidence: number; accuracy: number; rows: number }
export interface Mistake { row: number; truth: string; predicted: string; confidence?: number; difference?: number; picture?: string; values?: { name: string; value: string }[] }
export interface Verdict { how_good: Phrase; against_guessing: Phrase; next: Phrase; metric: MetricName; value: number; baseline: number; better_than_guessing: boolean }
export interface EvaluationReport { verdict: Verdict; part: string; rows: number; task: Task; metrics: MetricValue[]; classes: ClassReport[]; confusion: number[][]; calibration: CalibrationBin[]; mistakes: Mistake[]; warnings: Problem[] }
export interface BarResult { metric: MetricName; bar: number; value?: number; met: boolean }
export interface AcceptRound { round: number; changes: Phrase[]; bars: BarResult[]; accepted: boolean; epochs: number; secs: number }
export interface TrainReport {
  state: RunState; plan: PlanSummary; epochs: EpochReport[]; best_epoch?: number; stopped_because?: Phrase; findings: Phrase[]
  train?: EvaluationReport; validation?: EvaluationReport; test?: EvaluationReport; test_openings: number; model?: string; rounds?: AcceptRound[]
  data_fingerprint: string; seed: number; secs: number; peak_bytes: number; warnings: Problem[]
}
export interface TrialReport { trial: number; settings: { path: string; value: unknown }[]; state: 'running' | 'finished' | 'stopped_early' | 'failed'; epochs: number; value?: number; secs: number }
export interface TuneReport { findings: Phrase[]; metric: MetricName; trials: TrialReport[]; best?: number; best_recipe?: string; importance: { path: string; share: number }[]; epochs_spent: number; budget_epochs?: number }
export interface RunDetail { summary: RunSummary; recipe: string; plan?: PlanSummary; epochs: EpochReport[]; notes: Phrase[]; report?: TrainReport; tune?: TuneReport }
export interface RunComparison { runs: RunSummary[]; settings: { path: string; values: string[] }[]; metrics: { metric: MetricName; values: (number | null)[] }[]; findings: Phrase[] }

export interface VersionSummary { version: number; run: string; created_at: string; metric?: MetricValue; deployed: boolean; bytes: number }
export interface ModelSummary { name: string; versions: VersionSummary[]; deployed?: number }
export interface InputField { name: string; kind: ColumnKind; categories?: string[]; example?: string; range?: [number, number]; image?: ImageShape }
export interface ModelSignature { task: Task; target: string; inputs: InputField[]; labels: string[]; threshold?: number }
export interface DeploymentReport { name: string; version: number; previous?: number; action: string; at: string }
export interface ModelDetail { model: ModelSummary; version: number; signature: ModelSignature; card_en: string; card_zh: string; recipe: string; deployments: DeploymentReport[] }

export interface ImageInput { png?: string; pixels?: number[] }
export interface Prediction { id?: string; label?: string; value?: number; probabilities?: { label: string; probability: number }[]; notes?: Phrase[] }
export interface PredictResponse { model: string; version: number; predictions: Prediction[] }

export type DriftLevel = 'too_few' | 'stable' | 'watch' | 'drifted'
export interface DriftReport { column: string; psi: number; level: DriftLevel; training: number[]; served: number[]; bins: string[] }
export interface MonitorReport {
  model: string; version?: number; findings: Phrase[]; predictions: number; versions: { version: number; count: number }[]; span?: [string, string]
  latency?: { p50_micros: number; p95_micros: number; p99_micros: number; max_micros: number }; by_hour: { hour: string; count: number }[]
  labels: { label: string; training: number; served: number }[]; drift: DriftReport[]; labelled: number; realised: MetricValue[]; expected: MetricValue[]; warnings: Problem[]
}
