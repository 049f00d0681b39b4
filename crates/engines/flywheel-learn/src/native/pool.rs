//! Persistent threads that share out numbered tasks.
//!
//! One call hands out tasks `0..n`, and returns when all are done.
//! The caller works too, and never waits for a thread that has not woken up: whoever is awake takes what is left.
//! Which thread does a task is left to chance, so a task's result may depend on its number only.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};

use super::disjoint::Disjoint;

/// How often a waiting thread looks again before it sleeps: some tens of microseconds.
const SPINS: u32 = 1500;

/// Operations that take a thread about as long as to share them out: some microseconds.
const WORTH_SHARING: usize = 1 << 18;

/// Operations that reading and writing a number is worth.
pub const OPERATIONS_A_NUMBER: usize = 16;

/// `state`: the round in the upper bits, then whether it is open, then how many workers are in it.
const OPEN: u64 = 1 << 15;
const ROUND: u64 = 1 << 16;

/// Threads of one engine; dropped, they end.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<Worker>,
    /// Held during a round, so that two callers take turns.
    turn: Mutex<()>,
}

struct Worker {
    thread: Thread,
    handle: Option<JoinHandle<()>>,
}

struct Shared {
    state: AtomicU64,
    job: Mutex<Option<Job>>,
    lanes: Vec<Lane>,
    closing: AtomicBool,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
}

/// The tasks that one thread takes first, and others when they have none left.
#[repr(align(128))]
#[derive(Default)]
struct Lane {
    next: AtomicUsize,
    end: AtomicUsize,
    asleep: AtomicBool,
}

/// The body of a round: called with the lane and the task.
#[derive(Clone, Copy)]
struct Job(*const (dyn Fn(usize, usize) + Sync));

// SAFETY: the body is `Sync`, and `run` keeps it alive until every worker has left the round.
unsafe impl Send for Job {}

impl Pool {
    /// A pool of so many threads, the caller's included; with one, everything runs on the caller's.
    pub fn new(threads: usize) -> Self {
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            state: AtomicU64::new(0),
            job: Mutex::new(None),
            lanes: (0..threads).map(|_| Lane::default()).collect(),
            closing: AtomicBool::new(false),
            panic: Mutex::new(None),
        });
        let workers = (1..threads).map_while(|lane| {
            let shared = Arc::clone(&shared);
            let builder = std::thread::Builder::new().name(format!("native-{lane}"));
            // A machine that refuses another thread gets the work done with fewer.
            let handle = builder.spawn(move || shared.serve(lane)).ok()?;
            Some(Worker { thread: handle.thread().clone(), handle: Some(handle) })
        });
        Self { workers: workers.collect(), shared, turn: Mutex::new(()) }
    }

    /// Threads, the caller's included.
    pub fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `body(lane, task)` once for each task; no two calls at a time have the same lane.
    ///
    /// `operations` is about how many additions and multiplications all tasks take together: few are not shared out.
    pub fn run(&self, tasks: usize, operations: usize, body: impl Fn(usize, usize) + Sync) {
        if self.workers.is_empty() || tasks <= 1 || operations < WORTH_SHARING {
            (0..tasks).for_each(|task| body(0, task));
            return;
        }
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let lanes = self.workers.len() + 1;
        for (lane, part) in self.shared.lanes.iter().take(lanes).enumerate() {
            part.next.store(lane * tasks / lanes, Ordering::Relaxed);
            part.end.store((lane + 1) * tasks / lanes, Ordering::Relaxed);
        }
        let body: &(dyn Fn(usize, usize) + Sync) = &body;
        // SAFETY: only the lifetime changes; `Round::drop` waits for the workers before `body` ends.
        let body: &'static (dyn Fn(usize, usize) + Sync) = unsafe { std::mem::transmute(body) };
        *self.shared.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(Job(body));
        let round = Round::open(&self.shared, &self.workers);
        self.shared.work(0, body);
        drop(round);
        drop(turn);
        let panic = self.shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Cuts each slice into `tasks` pieces of its given length (the last may be shorter) and hands piece `i` of all to task `i`.
    pub fn split<const N: usize>(
        &self,
        tasks: usize,
        slices: [(&mut [f32], usize); N],
        body: impl Fn(usize, usize, [&mut [f32]; N]) + Sync,
    ) {
        let numbers: usize = slices.iter().map(|(slice, _)| slice.len()).sum();
        self.split_costly(tasks, numbers * OPERATIONS_A_NUMBER, slices, body);
    }

    /// Like [`split`](Self::split), where writing the slices is the least of the work.
    pub fn split_costly<const N: usize>(
        &self,
        tasks: usize,
        operations: usize,
        slices: [(&mut [f32], usize); N],
        body: impl Fn(usize, usize, [&mut [f32]; N]) + Sync,
    ) {
        let slices = slices.map(|(slice, piece)| (Disjoint::new(slice), piece));
        self.run(tasks, operations, |lane, task| {
            let pieces = slices.each_ref().map(|(slice, piece)| {
                let from = (task * piece).min(slice.len());
                // SAFETY: each task is run once, and pieces of different tasks don't overlap.
                unsafe { slice.part(from..(from + piece).min(slice.len())) }
            });
            body(lane, task, pieces);
        });
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        for worker in &mut self.workers {
            worker.thread.unpark();
            if let Some(handle) = worker.handle.take() {
                // A worker's panic was passed on by `run` already.
                let _ = handle.join();
            }
        }
    }
}

/// An open round; dropped, it is closed and every worker has left it.
struct Round<'a>(&'a Shared);

impl<'a> Round<'a> {
    fn open(shared: &'a Shared, workers: &[Worker]) -> Self {
        let last = shared.state.load(Ordering::Relaxed);
        shared.state.store((last & !(ROUND - 1)).wrapping_add(ROUND) | OPEN, Ordering::SeqCst);
        for (worker, lane) in workers.iter().zip(&shared.lanes[1..]) {
            if lane.asleep.load(Ordering::SeqCst) {
                worker.thread.unpark();
            }
        }
        Self(shared)
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        self.0.state.fetch_and(!OPEN, Ordering::AcqRel);
        let mut spins = 0;
        while self.0.state.load(Ordering::Acquire) & (OPEN - 1) != 0 {
            wait_a_little(&mut spins);
        }
    }
}

impl Shared {
    /// A worker's life.
    fn serve(&self, lane: usize) {
        let mut seen = 0;
        let mut spins = 0;
        while !self.closing.load(Ordering::SeqCst) {
            let state = self.state.load(Ordering::SeqCst);
            let round = state / ROUND;
            if round == seen || state & OPEN == 0 {
                self.idle(lane, state, &mut spins);
                continue;
            }
            if self.state.compare_exchange(state, state + 1, Ordering::AcqRel, Ordering::Relaxed).is_err() {
                continue;
            }
            seen = round;
            spins = 0;
            let job = *self.job.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(Job(body)) = job {
                // SAFETY: this worker is counted in the round, so `run` has not returned and the body lives.
                let body = unsafe { &*body };
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.work(lane, body))) {
                    *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
                }
            }
            self.state.fetch_sub(1, Ordering::Release);
        }
    }

    /// Looks again soon, or sleeps until a round opens.
    fn idle(&self, lane: usize, state: u64, spins: &mut u32) {
        if *spins < SPINS {
            *spins += 1;
            std::hint::spin_loop();
            return;
        }
        let asleep = &self.lanes[lane].asleep;
        asleep.store(true, Ordering::SeqCst);
        if self.state.load(Ordering::SeqCst) == state && !self.closing.load(Ordering::SeqCst) {
            std::thread::park();
        }
        asleep.store(false, Ordering::SeqCst);
        *spins = 0;
    }

    /// Takes tasks until none is left: its own lane's first, then the others'.
    fn work(&self, lane: usize, body: &(dyn Fn(usize, usize) + Sync)) {
        let lanes = self.lanes.len();
        for offset in 0..lanes {
            let part = &self.lanes[(lane + offset) % lanes];
            let end = part.end.load(Ordering::Relaxed);
            loop {
                let task = part.next.fetch_add(1, Ordering::Relaxed);
                if task >= end {
                    break;
                }
                body(lane, task);
            }
        }
    }
}

/// Spins at first, then lets others run: the thread waited for may need this processor.
fn wait_a_little(spins: &mut u32) {
    *spins += 1;
    if *spins < SPINS {
        std::hint::spin_loop();
    } else {
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_runs_once_on_any_number_of_threads() {
        for threads in 1..=4 {
            let pool = Pool::new(threads);
            for round in 0..2000 {
                let tasks = round % 13;
                let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                pool.run(tasks, usize::MAX, |_, task| {
                    counts[task].fetch_add(1, Ordering::Relaxed);
                });
                assert!(
                    counts.iter().all(|count| count.load(Ordering::Relaxed) == 1),
                    "{threads} threads, {tasks} tasks"
                );
            }
        }
    }

    #[test]
    fn wakes_threads_that_have_fallen_asleep() {
        let pool = Pool::new(3);
        for _ in 0..5 {
            std::thread::sleep(std::time::Duration::from_millis(5));
            let sum = AtomicUsize::new(0);
            pool.run(100, usize::MAX, |_, task| {
                sum.fetch_add(task, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 4950);
        }
    }

    #[test]
    fn pieces_cover_the_slice_and_do_not_overlap() {
        let pool = Pool::new(2);
        let mut numbers = vec![0.0; 103];
        pool.split(11, [(&mut numbers, 10)], |_, task, [piece]| {
            for number in piece {
                *number += 1.0 + task as f32;
            }
        });
        let expected: Vec<f32> = (0..103).map(|i| 1.0 + (i / 10) as f32).collect();
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_panic_in_a_task_reaches_the_caller_and_the_pool_lives_on() {
        let pool = Pool::new(2);
        for unlucky in [0, 63] {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                pool.run(64, usize::MAX, |_, task| {
                    std::thread::sleep(std::time::Duration::from_micros(50));
                    assert!(task != unlucky, "unlucky");
                });
            }));
            assert!(outcome.is_err());
        }
        let sum = AtomicUsize::new(0);
        pool.run(10, usize::MAX, |_, task| {
            sum.fetch_add(task, Ordering::Relaxed);
        });
        assert_eq!(sum.into_inner(), 45);
    }
}
