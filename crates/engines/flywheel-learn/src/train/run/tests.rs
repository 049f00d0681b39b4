//! The loop on small problems, by both engines.

use std::io;

use flywheel_spec::recipe::{
    AugmentSpec, EarlyStoppingSpec, LayerSpec, LossSpec, MetricName, OptimizerSpec, ScheduleSpec, Task,
};
use flywheel_spec::table::ImageShape;
use flywheel_stats::chance::Chance;

use super::*;
use crate::augment::Augmenter;
use crate::burn::BurnEngine;
use crate::engine::Blueprint;
use crate::examples::{Inputs, Targets};
use crate::loss::Objective;
use crate::native::NativeEngine;
use crate::network::{Demand, Head, InputPlan, LayerKind, infer, initialise};
use crate::schedule::Schedule;

const SHAPE: ImageShape = ImageShape { height: 8, width: 8, channels: 1 };

/// Images of three classes: a bright row, a bright column, neither.
fn images(count: usize, seed: u64) -> Examples {
    let mut chance = Chance::new(seed);
    let mut pixels = Vec::with_capacity(count * 64);
    let mut classes = Vec::with_capacity(count);
    for _ in 0..count {
        let class = chance.below(3) as u32;
        let line = chance.below(8) as usize;
        for place in 0..64 {
            let lit = (class == 0 && place / 8 == line) || (class == 1 && place % 8 == line);
            pixels.push((chance.below(60) + if lit { 150 } else { 0 }) as u8);
        }
        classes.push(class);
    }
    let inputs = Inputs::Images {
        shape: SHAPE,
        pixels: pixels.into(),
        positions: (0..count as u32).collect(),
        scale: 1.0 / 255.0,
        shift: 0.0,
    };
    Examples { inputs, targets: Targets::Classes(classes), rows: (0..count).collect() }
}

/// A small training; the fields that tests change are public.
struct Lesson {
    train: Examples,
    validation: Examples,
    blueprint: Blueprint,
    epochs: usize,
    batch_size: usize,
    schedule: ScheduleSpec,
    early_stopping: Option<EarlyStoppingSpec>,
    augment: Option<AugmentSpec>,
    burn: bool,
}

impl Lesson {
    fn new(burn: bool) -> Self {
        let demand = Demand {
            task: Task::Classification,
            classes: 3,
            loss: LossSpec::CrossEntropy { label_smoothing: 0.05 },
            batch_size: 16,
        };
        let dense = LayerSpec::Dense {
            units: 24,
            activation: Some(flywheel_spec::recipe::Activation::Relu),
            bias: true,
            initializer: None,
        };
        let layers = [
            LayerSpec::Flatten {},
            dense,
            LayerSpec::BatchNorm { momentum: 0.1, epsilon: 1e-5 },
            LayerSpec::Dropout { rate: 0.2 },
            LayerSpec::Output { activation: None, initializer: None },
        ];
        let (network, problems) = infer(&layers, &InputPlan::Images(SHAPE), &demand);
        assert!(!problems.stop(), "{problems}");
        let blueprint = Blueprint {
            network,
            loss: demand.loss,
            optimizer: OptimizerSpec::Adam { learning_rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
            l1: 1e-5,
            l2: 1e-4,
            clip_norm: None,
            class_weights: vec![1.0, 1.5, 1.0],
            seed: 11,
            threads: 1,
        };
        Self {
            train: images(200, 1),
            validation: images(90, 2),
            blueprint,
            epochs: 5,
            batch_size: 16,
            schedule: ScheduleSpec::Cosine { floor: 0.1 },
            early_stopping: None,
            augment: None,
            burn,
        }
    }

    fn engine(&self) -> Box<dyn Engine> {
        let mut engine: Box<dyn Engine> = if self.burn {
            Box::new(BurnEngine::new(&self.blueprint, burn::tensor::Device::flex()).unwrap())
        } else {
            Box::new(NativeEngine::new(&self.blueprint))
        };
        engine.restore(&initialise(&self.blueprint.network, self.blueprint.seed), &[]).unwrap();
        engine
    }

    fn course(&self) -> Course<'_> {
        Course {
            train: &self.train,
            validation: &self.validation,
            epochs: self.epochs,
            batch_size: self.batch_size,
            schedule: Schedule {
                kind: self.schedule,
                learning_rate: self.blueprint.optimizer.learning_rate(),
                steps_per_epoch: self.train.len().div_ceil(self.batch_size) as u64,
                epochs: self.epochs as u64,
                warmup_steps: 3,
            },
            objective: Objective {
                loss: self.blueprint.loss,
                outputs: 3,
                class_weights: self.blueprint.class_weights.clone(),
            },
            penalties: [f64::from(self.blueprint.l1), f64::from(self.blueprint.l2)],
            task: Task::Classification,
            head: Head::Softmax,
            metric: MetricName::Accuracy,
            judge: &accuracy,
            target_deviation: 1.0,
            early_stopping: self.early_stopping,
            augmenter: self.augment.map(|spec| Augmenter::new(spec, SHAPE, self.blueprint.seed)),
            threads: self.blueprint.threads,
            seed: self.blueprint.seed,
            sources: self.blueprint.network.layers.iter().map(|layer| layer.source).collect(),
            plan: "lesson".to_owned(),
        }
    }

    fn run(&self, resume: Option<Checkpoint>, watcher: &mut Watcher) -> Outcome {
        run(&self.course(), &mut *self.engine(), resume, watcher).unwrap()
    }
}

fn accuracy(outputs: &[f32], examples: &Examples) -> Option<f64> {
    let Targets::Classes(classes) = &examples.targets else { return None };
    let highest = |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
    let right =
        outputs.chunks(3).zip(classes).filter(|(row, class)| highest(row) == **class as usize).count();
    Some(right as f64 / classes.len() as f64)
}

/// Keeps what it hears and the last checkpoint; stops after so many looks.
#[derive(Default)]
struct Watcher {
    events: Vec<TrainEvent>,
    last: Option<Checkpoint>,
    looks: std::cell::Cell<usize>,
    stop_at: Option<usize>,
    full_disk: bool,
}

impl Watch for Watcher {
    fn event(&mut self, event: TrainEvent) {
        self.events.push(event);
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        if self.full_disk {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.last = Some(Checkpoint::from_bytes(&checkpoint.to_bytes()).unwrap());
        Ok(())
    }

    fn stopping(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        self.stop_at.is_some_and(|stop| self.looks.get() > stop)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.looks.get() as u64 * 100)
    }
}

/// Reports without the clock's part.
fn timeless(reports: &[EpochReport]) -> Vec<EpochReport> {
    reports.iter().map(|report| EpochReport { secs: 0.0, ..report.clone() }).collect()
}

#[test]
fn a_small_network_learns_and_its_best_epoch_is_kept() {
    for burn in [false, true] {
        let lesson = Lesson { epochs: 12, ..Lesson::new(burn) };
        let mut watcher = Watcher::default();
        let outcome = lesson.run(None, &mut watcher);
        assert_eq!(outcome.state, RunState::Finished);
        assert_eq!(outcome.epochs.len(), 12);
        let values: Vec<f64> =
            outcome.epochs.iter().map(|report| report.validation_metric.unwrap()).collect();
        let best = values.iter().copied().fold(0.0, f64::max);
        assert!(best > 0.9, "burn {burn}: {values:?}");
        let kept = outcome.best_epoch.unwrap() - 1;
        assert_eq!(values[kept], best);
        let mut engine = lesson.engine();
        engine.restore(&outcome.weights.unwrap(), &[]).unwrap();
        assert_eq!(accuracy(&outputs(&mut *engine, &lesson.validation), &lesson.validation), Some(best));
        let progress =
            watcher.events.iter().filter(|event| matches!(event, TrainEvent::Progress { .. })).count();
        assert!(progress > 12, "{progress} progress events");
    }
}

#[test]
fn of_epochs_that_are_equally_good_the_one_with_the_least_loss_is_kept() {
    let lesson = Lesson { epochs: 6, ..Lesson::new(false) };
    let always = |_: &[f32], _: &Examples| Some(1.0);
    let course = Course { judge: &always, ..lesson.course() };
    let mut engine = lesson.engine();
    let outcome = run(&course, &mut *engine, None, &mut Watcher::default()).unwrap();
    let losses: Vec<f64> = outcome.epochs.iter().map(|report| report.validation_loss).collect();
    let least = losses.iter().copied().fold(f64::MAX, f64::min);
    assert!(least < losses[0], "{losses:?}");
    assert_eq!(losses[outcome.best_epoch.unwrap() - 1], least, "{losses:?}");
}

#[test]
fn a_resumed_run_gives_the_bits_of_one_never_interrupted() {
    for burn in [false, true] {
        let augment = AugmentSpec { shift: 1.0, rotate: 5.0, elastic: 3.0, ..AugmentSpec::default() };
        let lesson = Lesson {
            augment: Some(augment),
            schedule: ScheduleSpec::ReduceOnPlateau { patience: 1, factor: 0.5 },
            ..Lesson::new(burn)
        };
        let whole = lesson.run(None, &mut Watcher::default());
        for stop_at in [0, 1, 7, 13, 14, 40, 64] {
            let mut cut = Watcher { stop_at: Some(stop_at), ..Watcher::default() };
            let stopped = lesson.run(None, &mut cut);
            assert_eq!(stopped.state, RunState::Stopped, "after {stop_at} steps");
            assert_eq!(cut.last.as_ref().unwrap().state.steps_done, stop_at as u64);
            let resumed = lesson.run(cut.last, &mut Watcher::default());
            assert_eq!(resumed.weights, whole.weights, "burn {burn}, after {stop_at} steps");
            assert_eq!(
                timeless(&resumed.epochs),
                timeless(&whole.epochs),
                "burn {burn}, after {stop_at} steps"
            );
            assert_eq!(resumed.findings, whole.findings);
        }
    }
}

#[test]
fn threads_and_neighbours_do_not_change_the_bits() {
    for burn in [false, true] {
        let augment = Some(AugmentSpec { shift: 1.0, scale: 0.1, ..AugmentSpec::default() });
        let alone = Lesson { augment, ..Lesson::new(burn) }.run(None, &mut Watcher::default());
        let run = |seed: u64, threads: usize| {
            let mut lesson = Lesson { augment, ..Lesson::new(burn) };
            lesson.blueprint.threads = threads;
            lesson.blueprint.seed = seed;
            lesson.run(None, &mut Watcher::default())
        };
        let (first, second, other) = std::thread::scope(|scope| {
            let first = scope.spawn(|| run(11, 2));
            let other = scope.spawn(|| run(12, 1));
            let second = scope.spawn(|| run(11, 3));
            (first.join().unwrap(), second.join().unwrap(), other.join().unwrap())
        });
        assert_eq!(first.weights, alone.weights, "burn {burn}");
        assert_eq!(second.weights, alone.weights, "burn {burn}");
        assert_ne!(other.weights, alone.weights, "burn {burn}");
        assert_eq!(timeless(&first.epochs), timeless(&alone.epochs));
    }
}

#[test]
fn numbers_that_leave_the_finite_stop_the_run_and_say_where() {
    for burn in [false, true] {
        let mut lesson = Lesson::new(burn);
        lesson.blueprint.optimizer =
            OptimizerSpec::Sgd { learning_rate: 1e30, momentum: 0.0, nesterov: false };
        lesson.schedule = ScheduleSpec::Constant;
        let outcome = lesson.run(None, &mut Watcher::default());
        assert_eq!(outcome.state, RunState::Failed);
        let why = outcome.stopped_because.unwrap();
        assert_eq!(why.key, "train.diverged");
        assert_eq!(why.args["epoch"], "1");
        assert!(why.en.contains("`layers.") && why.en.contains("(network."), "burn {burn}: {why}");
        assert_eq!(outcome.findings[0].key, "train.advise_diverged");
    }
}

#[test]
fn full_batch_gradient_descent_takes_one_step_an_epoch_and_hardly_learns() {
    let mut lesson = Lesson { epochs: 10, batch_size: 200, ..Lesson::new(false) };
    // Neither a batch's statistics nor dropout: the loss is that of the weights alone.
    lesson.blueprint.network.layers.retain(|layer| layer.kind != LayerKind::Dropout { rate: 0.2 });
    lesson.blueprint.network.layers.retain(|layer| !matches!(layer.kind, LayerKind::BatchNorm { .. }));
    lesson.blueprint.optimizer = OptimizerSpec::GradientDescent { learning_rate: 1e-4 };
    let outcome = lesson.run(None, &mut Watcher::default());
    assert_eq!(outcome.epochs.len(), 10);
    assert!(
        outcome.findings.iter().any(|finding| finding.key == "train.hardly_full_batch"),
        "{:?}",
        outcome.epochs
    );
}

#[test]
fn single_samples_learn() {
    let mut lesson = Lesson { epochs: 3, batch_size: 1, ..Lesson::new(false) };
    // A batch norm over a single row is refused by the plan.
    lesson.blueprint.network.layers.retain(|layer| !matches!(layer.kind, LayerKind::BatchNorm { .. }));
    lesson.blueprint.optimizer = OptimizerSpec::Sgd { learning_rate: 0.02, momentum: 0.0, nesterov: false };
    let outcome = lesson.run(None, &mut Watcher::default());
    assert!(outcome.epochs[2].train_loss < outcome.epochs[0].train_loss, "{:?}", outcome.epochs);
}

#[test]
fn early_stopping_stops_and_a_resumed_run_stays_stopped() {
    let stopping = Some(EarlyStoppingSpec { patience: 2, min_delta: 2.0 });
    let lesson = Lesson { epochs: 9, early_stopping: stopping, ..Lesson::new(false) };
    let mut watcher = Watcher::default();
    let outcome = lesson.run(None, &mut watcher);
    // The first epoch beats nothing; no later one can gain 2 in accuracy.
    assert_eq!(outcome.epochs.len(), 3);
    assert_eq!(outcome.state, RunState::Finished);
    assert_eq!(outcome.stopped_because.as_ref().unwrap().key, "train.early_stopping");
    let again = lesson.run(watcher.last, &mut Watcher::default());
    assert_eq!(timeless(&again.epochs), timeless(&outcome.epochs));
    assert_eq!(again.weights, outcome.weights);
}

#[test]
fn a_full_disk_is_said_once_and_the_run_goes_on() {
    let mut watcher = Watcher { full_disk: true, ..Watcher::default() };
    let outcome = Lesson::new(false).run(None, &mut watcher);
    assert_eq!(outcome.state, RunState::Finished);
    let notes = watcher.events.iter().filter(|event| matches!(event, TrainEvent::Note { .. })).count();
    assert_eq!(notes, 1);
}

#[test]
fn another_plans_checkpoint_is_refused() {
    let lesson = Lesson::new(false);
    let mut cut = Watcher { stop_at: Some(3), ..Watcher::default() };
    lesson.run(None, &mut cut);
    let mut foreign = cut.last.unwrap();
    foreign.state.plan = "another".to_owned();
    let refused = run(&lesson.course(), &mut *lesson.engine(), Some(foreign), &mut Watcher::default());
    assert_eq!(refused.unwrap_err().key, "train.cause_other_plan");
}

#[test]
fn learning_anew_takes_the_same_steps_as_a_learning_that_is_judged() {
    for burn in [false, true] {
        let lesson = Lesson {
            schedule: ScheduleSpec::ReduceOnPlateau { patience: 1, factor: 0.5 },
            augment: Some(AugmentSpec { shift: 1.0, ..AugmentSpec::default() }),
            ..Lesson::new(burn)
        };
        let mut judged = Watcher::default();
        let losses: Vec<f64> =
            lesson.run(None, &mut judged).epochs.iter().map(|epoch| epoch.validation_loss).collect();
        let last = judged.last.expect("the last moment is kept").weights;
        let anew = |watcher: &mut Watcher| {
            refit(&lesson.course(), &mut *lesson.engine(), &losses, watcher).expect("finite numbers")
        };
        let mut watcher = Watcher::default();
        assert_eq!(anew(&mut watcher), Some(last), "burn {burn}");
        assert!(watcher.last.is_none(), "the first learning's checkpoint would be lost");
        assert!(
            !watcher.events.iter().any(|event| matches!(event, TrainEvent::Epoch(_))),
            "judged by nobody"
        );
        assert_eq!(anew(&mut Watcher { stop_at: Some(20), ..Watcher::default() }), None, "asked to stop");
    }
    let mut lesson = Lesson::new(false);
    lesson.blueprint.optimizer = OptimizerSpec::Sgd { learning_rate: 1e30, momentum: 0.0, nesterov: false };
    lesson.schedule = ScheduleSpec::Constant;
    let wild = refit(&lesson.course(), &mut *lesson.engine(), &[], &mut Watcher::default());
    assert!(wild.expect_err("it diverges").place.starts_with("layers."));
}
